// Defect types, and a canvas for the box editor without a screen.

export const TYPES = [
  { id: 1, name: "scratch", color: "#E69F00", hotkey: "s", graded: true, grades: [1, 2, 3].map((level) => ({ level, name: `g${level}`, criteria: "" })) },
  { id: 2, name: "pit", color: "#56B4E9", hotkey: "p", graded: false, grades: [] },
  { id: 3, name: "old", color: "#777777", hotkey: "", graded: false, archived: true, grades: [] },
];

/** A canvas that draws nothing: it keeps what is selected and hidden. */
export function makePlainCanvas() {
  let selection = [];
  let hidden = new Set();
  let isBusy = false;
  return /** @type {any} */ ({
    selection: () => selection,
    selected: () => selection.at(-1) ?? null,
    select: (id) => (selection = id === null ? [] : [id]),
    selectMany: (ids) => (selection = [...ids]),
    hiddenTypes: () => hidden,
    hideTypes: (types) => (hidden = types),
    size: () => ({ width: 100, height: 80 }),
    isDrawing: () => false,
    busy: () => isBusy,
    setBusy: (busy) => (isBusy = busy),
    cancel: () => false,
    reveal() {},
  });
}
