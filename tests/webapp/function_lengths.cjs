// Prints the functions of JavaScript files as lines of JSON: their file, name, and the lines of their body.
// Usage: node function_lengths.cjs TYPESCRIPT FILE...   where TYPESCRIPT is the compiler's module
const { readFileSync } = require("node:fs");

const [typescript, ...files] = process.argv.slice(2);
const ts = require(typescript);

for (const file of files) {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const lineAt = (position) => source.getLineAndCharacterOfPosition(position).line;
  const nameOf = (node) => (node.name ?? node.parent?.name)?.getText(source) ?? "";
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const lines = lineAt(node.body.end) - lineAt(node.body.getStart(source)) + 1;
      console.log(JSON.stringify({ file, name: nameOf(node), lines }));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}
