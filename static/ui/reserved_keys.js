// @ts-check
// Keys that no command may take: the browser keeps them, or a person needs them to move through the page.

/** @type {readonly [RegExp, string][]} */
const RESERVED = [
  [/^(Shift\+)?Tab$/, "walks from one control to the next"],
  [/^Escape$/, "closes and cancels, everywhere"],
  [/^Ctrl\+(Shift\+)?(t|n)$/, "opens a tab or a window"],
  [/^Ctrl\+(Shift\+)?(w|q)$|^Alt\+F4$/, "closes the tab or the browser"],
  [/^Ctrl\+(Shift\+)?(Tab|PageUp|PageDown)$/, "changes the tab"],
  [/^Ctrl\+[1-9]$/, "changes the tab"],
  [/^Ctrl\+(Shift\+)?([-+=0_])$/, "makes the page's text larger or smaller"],
  [/^F5$|^Ctrl\+(Shift\+)?r$|^Ctrl\+F5$/, "loads the page again"],
  [/^Alt\+(ArrowLeft|ArrowRight|Home)$/, "goes back, on, or home"],
  [/^Ctrl\+l$|^Alt\+d$|^F6$/, "goes to the address"],
  [/^Ctrl\+(f|g|p)$|^F3$/, "searches or prints the page"],
  [/^Ctrl\+Shift\+(i|j|c|Delete)$|^F12$/, "opens a tool of the browser"],
  [/^Ctrl\+[hm]$/, "hides the window on a Mac"],
  [/^F(1|7|10|11)$/, "is the browser's or the system's"],
  [/^(Ctrl\+)?(Alt\+)?(Shift\+)?(CapsLock|NumLock|ScrollLock|ContextMenu|PrintScreen|Pause|Fn|Hyper|Super)$/, "is the keyboard's own"],
];

/**
 * Say why a key cannot be a command's.
 * @param {string} key  in the table's notation
 * @returns {string} what the key does, or empty where it can
 */
export function reservedReason(key) {
  const found = RESERVED.find(([pattern]) => pattern.test(key));
  return found ? found[1] : "";
}
