// Puts a link on the clipboard, and says only what is true: "copied" when it was, `false` when it was not.
// The clipboard API is missing on plain http; there the old way of selecting and copying is tried.

/** Copies the whole text of `field`. Resolves to whether it was copied; when not, the text is left selected for the hand. */
export async function copyFrom(field: HTMLInputElement | HTMLTextAreaElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Refused or absent: on to the old way.
  }
  field.focus();
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  }
}
