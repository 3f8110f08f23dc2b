// What the browsers have, and Debian's TypeScript 4.8 does not know yet.

interface Array<T> {
  findLast(wanted: (value: T, index: number) => unknown): T | undefined;
  findLastIndex(wanted: (value: T, index: number) => unknown): number;
}

interface ReadonlyArray<T> {
  findLast(wanted: (value: T, index: number) => unknown): T | undefined;
  findLastIndex(wanted: (value: T, index: number) => unknown): number;
}
