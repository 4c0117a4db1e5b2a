// What routes and islands draw with. Inner pieces are not listed: they are reached through these.

export * from "./chime.ts";
export * from "./EnterScreen.tsx";
export * from "./ErrorScreen.tsx";
export * from "./LoadScreens.tsx";
export * from "./PageFoot.tsx";
export * from "./phase_words.ts";
export * from "./PlainHttpBanner.tsx";
export * from "./RoomScreen.tsx";
export * from "./StartPage.tsx";
export * from "./StatusScreen.tsx";
