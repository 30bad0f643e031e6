/**
 * Makes the package for other programs (`npm run package`): `dist/package/`, with the compiled modules behind its exports and nothing else,
 * and its archive beside it. Dependencies are the packages that these modules import; a worker's are not among them.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../src/package-root.js';
import './build.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const ENTRIES = ['client', 'messages', 'encryption'];
/** Packages whose objects a program passes to ours, or gets from it: there must be one copy. */
const SHARED = /^@temporalio\//;
/** Package that only keys wrapped by AWS KMS need. */
const OPTIONAL = ['@aws-sdk/client-kms'];

const root = packageRoot();
const dist = path.join(root, 'dist');
const target = path.join(dist, 'package');
const own = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

const files = new Set<string>();
const packages = new Set<string>();
for (const entry of ENTRIES) {
  for (const ending of ['.js', '.d.ts']) collect(path.join(dist, 'src', `${entry}${ending}`));
}
// The SDK loads it by its path.
collect(path.join(dist, 'src/temporal/encryption/failure-converter.js'));

/** Adds a compiled module and what it imports: code for code, types for types. */
function collect(file: string): void {
  if (files.has(file)) return;
  files.add(file);
  for (const name of importsOf(file)) {
    if (name.startsWith('.')) {
      const module = path.resolve(path.dirname(file), name);
      collect(file.endsWith('.d.ts') ? module.replace(/\.js$/, '.d.ts') : module);
    } else if (!name.startsWith('node:')) {
      packages.add(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    }
  }
}

/** Returns the names that a module imports from, or exports from, also while it runs and in types. */
function importsOf(file: string): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const from = ts.isImportTypeNode(node)
      ? node.argument
      : ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined;
    const name = from !== undefined && ts.isLiteralTypeNode(from) ? from.literal : from;
    if (name !== undefined && ts.isStringLiteral(name)) names.push(name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  return names;
}

/** Returns the versions of these packages in our own manifest; an application may have a newer one of the same major version. */
function versionsOf(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.toSorted().map((name) => {
      const version = own.dependencies[name];
      if (version === undefined) throw new Error(`${name} is imported, and package.json does not have it`);
      return [name, `^${version}`];
    }),
  );
}

for (const file of files) {
  const copy = path.join(target, path.relative(dist, file));
  mkdirSync(path.dirname(copy), { recursive: true });
  cpSync(file, copy);
}
const { name, version, description, license, engines } = own;
const peers = [...packages].filter((one) => SHARED.test(one) || OPTIONAL.includes(one));
const manifest = {
  ...{ name, version, description, license, type: 'module', engines },
  exports: Object.fromEntries(
    ENTRIES.map((entry) => [`./${entry}`, { types: `./src/${entry}.d.ts`, default: `./src/${entry}.js` }]),
  ),
  dependencies: versionsOf([...packages].filter((one) => !peers.includes(one))),
  peerDependencies: versionsOf(peers),
  peerDependenciesMeta: Object.fromEntries(OPTIONAL.map((one) => [one, { optional: true }])),
};
writeFileSync(path.join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(path.join(root, file), path.join(target, file));
cpSync(path.join(root, 'docs/typescript.md'), path.join(target, 'README.md'));

const packed = spawnSync('npm', ['pack', '--silent', '--pack-destination', dist], { cwd: target, encoding: 'utf8' });
const archive = path.join(dist, packed.stdout.trim());
if (packed.status !== 0 || !existsSync(archive)) throw new Error(`npm pack failed: ${packed.stderr}`);
process.stdout.write(`${path.relative(process.cwd(), archive)}\n`);
