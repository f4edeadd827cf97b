import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientEntries } from '../../scripts/client-entries.ts';

// TypeScript 7 has no API for JavaScript; the API reference is made with 5.9, which has.
type TypeScript = typeof import('../../toolchain/node_modules/typescript/lib/typescript.d.ts');
type Node = import('../../toolchain/node_modules/typescript/lib/typescript.d.ts').Node;
type TypeSymbol = import('../../toolchain/node_modules/typescript/lib/typescript.d.ts').Symbol;
const ts: TypeScript = createRequire(new URL('../../toolchain/typedoc/', import.meta.url))(
  'typescript',
);

/** Types of the project that a package's exports mention and that none of its entries exports. */
function unexported(entries: readonly string[]): string[] {
  const options = { noLib: true, types: [], allowImportingTsExtensions: true };
  const host = ts.createCompilerHost(options);
  // Only the project's own files: reading the CDK's takes half a minute.
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const resolvedFileName = resolve(dirname(from), text);
      const isOurs = text.startsWith('.') && text.endsWith('.ts');
      return { resolvedModule: isOurs ? { resolvedFileName, extension: '.ts' } : undefined };
    });
  const program = ts.createProgram([...entries], options, host);
  const checker = program.getTypeChecker();
  const resolved = (symbol: TypeSymbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = new Set(
    entries.flatMap((entry) => {
      const file = program.getSourceFile(entry);
      const module = file && checker.getSymbolAtLocation(file);
      return module ? checker.getExportsOfModule(module).map(resolved) : [];
    }),
  );
  const missing = new Set<string>();
  const mention = (node: Node, by: string) => {
    const found = checker.getSymbolAtLocation(node);
    if (!found) return;
    const symbol = resolved(found);
    const isKnown = symbol.flags & ts.SymbolFlags.Type && symbol.declarations;
    if (!isKnown || symbol.flags & ts.SymbolFlags.TypeParameter) return;
    if (!exported.has(symbol)) missing.add(`${symbol.name}, by ${by}`);
  };
  const visit = (node: Node, by: string): void => {
    // What is private, how it is done, and how the package's own parts are made is no one else's business.
    if (ts.isBlock(node) || ts.isConstructorDeclaration(node)) return;
    if (ts.isClassElement(node) && node.name && ts.isPrivateIdentifier(node.name)) return;
    const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
    if (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) return;
    if (ts.isTypeReferenceNode(node)) mention(node.typeName, by);
    if (ts.isExpressionWithTypeArguments(node)) mention(node.expression, by);
    if (ts.isPropertyDeclaration(node) || ts.isVariableDeclaration(node)) {
      if (node.type) visit(node.type, by);
      return;
    }
    ts.forEachChild(node, (child) => visit(child, by));
  };
  for (const symbol of exported) {
    for (const declaration of symbol.declarations ?? []) visit(declaration, symbol.name);
  }
  return [...missing].sort();
}

describe('what a package exports', () => {
  it('has every type that it mentions: mdinference', () => {
    expect(unexported(['lib/index.ts'])).toEqual([]);
  });

  it('has every type that it mentions: mdinference/selection', () => {
    expect(unexported(['lib/core/selection/index.ts'])).toEqual([]);
  });

  it('has every type that it mentions: @mdinference/client', () => {
    const files = clientEntries.map((name) => `lib/client/${name}.ts`);
    expect(unexported(files)).toEqual([]);
  });
});
