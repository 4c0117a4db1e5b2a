// What a request says when it wants a socket, for both listeners. Loads nothing.

/** The one subprotocol; a tab that does not offer it is not ours. */
export const SUBPROTOCOL = "bt1";

/** Whether an `Upgrade` header asks for a WebSocket. */
export function asksForSocket(upgrade: string | null): boolean {
  return upgrade?.toLowerCase() === "websocket";
}

/** Whether bt1 is among the subprotocols that a tab offers. */
export function offersSubprotocol(offered: string | null): boolean {
  return (offered ?? "").split(",").some((each) => each.trim() === SUBPROTOCOL);
}
