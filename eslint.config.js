/**
 * Lint rules. The strict part keeps what runs in Temporal's sandbox (`workflows/`, `src/domain/`) deterministic: no clock, no chance,
 * no timers, no I/O, no libraries but those that are known to be pure. Which folder may import which: `.dependency-cruiser.cjs`.
 */
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import jsdoc from 'eslint-plugin-jsdoc';
import temporal from 'eslint-plugin-temporal';
import tseslint from 'typescript-eslint';
import { plainLanguage, plainTitles } from './scripts/plain-language.mjs';

const TYPESCRIPT = ['**/*.ts'];
const WORKFLOWS = ['workflows/**/*.ts'];
const DOMAIN = ['src/domain/**/*.ts'];
/** Folders whose comments follow the language rules. */
const PLAIN = [
  '{workflows,activities}/**/*.ts',
  'src/*.ts',
  'src/{cli,client,demo,dev,domain,http,seam,server,simulator,temporal}/**/*.ts',
  'src/booking/**/*.ts',
];

/** Folders whose exported functions all have a docstring. */
const DOCUMENTED = [...DOMAIN, ...WORKFLOWS, 'src/client/**/*.ts', 'src/client.ts'];

/** An async validator does not reject: its rejection fails the workflow task, again and again, and the stay is stuck. */
const asyncValidator = {
  selector: 'Property[key.name="validator"] > :matches(ArrowFunctionExpression, FunctionExpression)[async=true]',
  message: 'An update validator must be synchronous. An async one fails the workflow task and blocks the stay.',
};

const clock = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
  message: 'Pass the time as an argument; workflows get it from now() in workflows/clock.ts.',
};

const unpredictableGlobals = [
  ...['process', 'Buffer', 'global', 'fetch', 'crypto', 'performance', 'console'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'WeakRef', 'FinalizationRegistry'],
].map((name) => ({
  name,
  message: 'Not deterministic on replay: use the APIs of @temporalio/workflow, or an activity.',
}));

const chance = { object: 'Math', property: 'random', message: 'Random values belong in activities.' };
const dateNow = { object: 'Date', property: 'now', message: clock.message };
const hiddenGlobals = unpredictableGlobals.map(({ name, message }) => ({
  object: 'globalThis',
  property: name,
  message,
}));

const nodeBuiltins = {
  regex:
    '^(node:|(assert|buffer|child_process|crypto|dns|events|fs|http|https|net|os|path|perf_hooks|process|stream|timers|tls|url|util|vm|worker_threads|zlib)(/|$))',
  message: 'Node built-ins do not exist in the workflow sandbox.',
};
const axios = { regex: '^axios(/|$)', message: 'Only activities use HTTP.' };
const zod = {
  regex: '^zod(/|$)',
  allowTypeImports: true,
  message: 'Only *-schema.ts, which the sandbox preloads, may use zod at run time; import its types here.',
};
const polyfill = {
  regex: '^@js-temporal/',
  message: 'Only src/domain/model/dates.ts converts local dates of a time zone.',
};
const foreignToWorkflows = {
  regex: '^(?!\\.|@temporalio/workflow$|@temporalio/common$)',
  allowTypeImports: true,
  message: 'Workflows import @temporalio/workflow, @temporalio/common, src/domain, and the names in src/temporal.',
};
const activitiesAtRunTime = {
  regex: '(^|/)activities(/|$)',
  allowTypeImports: true,
  message: 'Workflows import only types from activities.',
};
const foreignToDomain = {
  regex: '^(?!\\.|zod$|@js-temporal/polyfill$)',
  message: 'src/domain is pure: it imports nothing but itself (and zod in *-schema.ts).',
};

const imports = (...patterns) => ({ '@typescript-eslint/no-restricted-imports': ['error', { patterns }] });

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.stayline/', 'test/vendor/', 'test/project/fixtures/']),
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: { process: 'readonly', Buffer: 'readonly', URL: 'readonly', console: 'readonly', module: 'writable' },
    },
    rules: { eqeqeq: 'error' },
  },
  {
    files: ['scripts/**/*.mjs'],
    languageOptions: { globals: { setTimeout: 'readonly', setInterval: 'readonly', clearInterval: 'readonly' } },
  },
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', asyncValidator],
      'object-shorthand': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A leading underscore names what a destructuring leaves out.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // Methods of our interfaces are closures: none uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      // An async function may have nothing to await: an interface asks for the promise.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Tests look into JSON that has no type: a wrong guess fails the test.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: [...WORKFLOWS, ...DOMAIN],
    rules: {
      'no-restricted-globals': ['error', ...unpredictableGlobals],
      'no-restricted-properties': ['error', chance, dateNow, ...hiddenGlobals],
      'no-restricted-syntax': ['error', asyncValidator, clock],
    },
  },
  {
    // Here is the workflow's one clock: Temporal's own, by its replacement of Date in the sandbox.
    files: ['workflows/clock.ts'],
    rules: { 'no-restricted-properties': ['error', chance, ...hiddenGlobals] },
  },
  {
    files: TYPESCRIPT,
    plugins: { stayline: { rules: { 'plain-language': plainLanguage, 'plain-titles': plainTitles } } },
  },
  { files: PLAIN, rules: { 'stayline/plain-language': 'error' } },
  { files: ['test/**/*.ts'], rules: { 'stayline/plain-titles': 'error' } },
  {
    files: DOCUMENTED,
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          // The fixer would only add an empty docstring.
          enableFixer: false,
          require: { FunctionDeclaration: true, ArrowFunctionExpression: true, FunctionExpression: true },
        },
      ],
    },
  },
  {
    // Of the recommended rules, those that the rules above do not contain and that do not guess.
    files: WORKFLOWS,
    plugins: { temporal },
    rules: {
      'temporal/workflow-no-query-mutation': 'error',
      'temporal/workflow-no-workflow-apis-in-query': 'error',
      'temporal/workflow-no-continue-as-new-in-update-handler': 'error',
      'temporal/workflow-no-await-in-handler-without-exit-guard': 'error',
      'temporal/workflow-no-top-level-workflow-side-effects': 'error',
      'temporal/workflow-prefer-condition-over-polling': 'error',
      'temporal/workflow-require-activity-timeouts': 'error',
    },
  },
  {
    files: ['{src,workflows,activities}/**/*.ts'],
    plugins: { temporal },
    rules: { 'temporal/no-temporal-internal-imports': 'error' },
  },
  { files: WORKFLOWS, rules: imports(nodeBuiltins, axios, zod, foreignToWorkflows, activitiesAtRunTime) },
  { files: DOMAIN, rules: imports(nodeBuiltins, axios, zod, polyfill, foreignToDomain) },
  { files: ['src/domain/**/*-schema.ts'], rules: imports(nodeBuiltins, axios, polyfill, foreignToDomain) },
  { files: ['src/domain/model/dates.ts'], rules: imports(nodeBuiltins, axios, zod, foreignToDomain) },
);
