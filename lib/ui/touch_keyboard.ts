// Whether letters are typed on glass: then Enter is a new line, and nothing takes the focus by itself, because the
// keyboard would jump up with it.

/** `true` on phones and tablets without a mouse; `false` on the bench. */
export function hasTouchKeyboard(): boolean {
  return typeof matchMedia === "function" &&
    matchMedia("(hover: none) and (pointer: coarse)").matches;
}
