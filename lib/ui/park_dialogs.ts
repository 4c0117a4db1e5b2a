// The dialogs of a room across benches. Only the admin meets them, so they are fetched apart from the room's page.

export * from "./MakePublicDialog.tsx";
export * from "./PairDialog.tsx";
export * from "./UnpairDialog.tsx";
