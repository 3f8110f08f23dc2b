// What the unit tests use of Node's own modules; its real declarations are a package of npm.

declare module "node:test" {
  type Body = (context: { after(call: () => unknown): void }) => unknown;
  export function test(name: string, body: Body): Promise<void>;
  export function test(name: string, options: { timeout?: number }, body: Body): Promise<void>;
  export function beforeEach(call: () => unknown): void;
  export function afterEach(call: () => unknown): void;
  export const mock: any;
}

declare module "node:assert/strict" {
  interface Assert {
    (value: unknown, message?: string): asserts value;
    ok(value: unknown, message?: string): asserts value;
    equal(actual: unknown, expected: unknown, message?: string): void;
    notEqual(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    notDeepEqual(actual: unknown, expected: unknown, message?: string): void;
    match(text: string, pattern: RegExp, message?: string): void;
    doesNotMatch(text: string, pattern: RegExp, message?: string): void;
    throws(call: () => unknown, expected?: unknown, message?: string): void;
    doesNotThrow(call: () => unknown, message?: string): void;
    rejects(call: Promise<unknown> | (() => Promise<unknown>), expected?: unknown, message?: string): Promise<void>;
    fail(message?: string): never;
  }
  const assert: Assert;
  export default assert;
}

declare module "node:fs" {
  export function readFileSync(file: URL, encoding: "utf8"): string;
}
