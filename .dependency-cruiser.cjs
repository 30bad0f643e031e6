/**
 * Arrows of the design: which folder may import which, and no cycle. Type imports count, except where a rule says otherwise.
 */

/** Imports that vanish at compile time. */
const TYPE_ONLY = ['type-only', 'type-import'];

/**
 * The floors of the domain, from the lowest: name, folder or file, and the floors below that it may import. The table in CONTRIBUTING.md
 * says the same (`test/project/dependency-table.test.ts`).
 */
const KNOWN_FLOORS = ['model', 'state'];
const FLOORS = [
  ['model', 'src/domain/model/', []],
  ['room', 'src/domain/room/', ['model']],
  ['state', 'src/domain/stay/state\\.ts$', ['model']],
  ['known', 'src/domain/stay/known/', KNOWN_FLOORS],
  ['desired', 'src/domain/stay/desired/', [...KNOWN_FLOORS, 'known']],
  ['plan', 'src/domain/stay/plan/', [...KNOWN_FLOORS, 'known', 'desired']],
  ['reconcile', 'src/domain/stay/reconcile\\.ts$', [...KNOWN_FLOORS, 'known', 'desired', 'plan']],
  ['view', 'src/domain/stay/(view|details)\\.ts$', [...KNOWN_FLOORS, 'known', 'desired', 'plan', 'reconcile']],
  ['dry-run', 'src/domain/stay/dry-run\\.ts$', [...KNOWN_FLOORS, 'known', 'desired', 'plan', 'reconcile', 'view']],
  ['key-request', 'src/domain/key-request/', ['model']],
  ['audit', 'src/domain/audit/', ['model']],
];

/** Entry points and development tools: the only ones that may import the simulator. */
const MAY_SIMULATE = '^(src/(simulator|dev|demo|cli)|test|bench)(/|\\.)';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'No import cycles: merge the modules, or move the shared part to a third one. Type imports count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'Every import resolves.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'domain-is-pure',
      comment: 'src/domain imports only itself, zod and the date polyfill.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^(src/domain/|(\\.\\./)*node_modules/(zod|@js-temporal/polyfill)/)' },
    },
    ...FLOORS.map(([name, path, below]) => ({
      name: `domain-floor-${name}`,
      comment: `${name} imports ${below.length === 0 ? 'nothing else of the domain' : below.join(', ')}.`,
      severity: 'error',
      from: { path: `^${path}` },
      to: {
        path: '^src/domain/',
        pathNot: [path, ...below.map((other) => FLOORS.find(([known]) => known === other)[1])].map((one) => `^${one}`),
      },
    })),
    {
      name: 'workflows-to-domain',
      comment:
        'Workflows import themselves, src/domain, the names that Temporal uses, types of activities, and the SDK.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: [
          '^workflows/',
          '^src/domain/',
          '^src/temporal/(search-attributes|task-queues)\\.ts$',
          '^activities/',
          '^(\\.\\./)*node_modules/@temporalio/(workflow|common)/',
        ],
      },
    },
    {
      name: 'workflows-know-types-of-activities-only',
      comment: 'Activity code does not run in the sandbox.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: TYPE_ONLY },
    },
    {
      name: 'activities-to-domain-and-seam',
      comment:
        'Activities are thin: they call src/domain, src/seam and src/booking/ingress. They reach workflows by their messages.',
      severity: 'error',
      from: { path: '^activities/' },
      to: {
        pathNot: [
          '^activities/',
          '^src/(domain|seam|booking/ingress)/',
          '^src/client/standing\\.ts$',
          '^src/property-file\\.ts$',
          '^src/temporal/(asking|start-options|visibility|workflow-types)\\.ts$',
          // All activities of a ring of stays name it by one hash; code of workflows has no such function.
          '^crypto$',
          '^workflows/(stay|room)/messages\\.ts$',
          '^(\\.\\./)*node_modules/(@temporalio/(activity|client|common)|zod|p-queue)/',
        ],
      },
    },
    {
      name: 'seam-to-domain',
      comment: 'src/seam imports itself, src/domain, and what HTTP clients share.',
      severity: 'error',
      from: { path: '^src/seam/' },
      to: { path: '^(src/(?!seam/|domain/|http/outgoing\\.ts$)|workflows/|activities/)' },
    },
    {
      name: 'http-stands-alone',
      comment: 'src/http is shared by every HTTP module: it imports only itself.',
      severity: 'error',
      from: { path: '^src/http/' },
      to: { path: '^(src/(?!http/)|workflows/|activities/)' },
    },
    {
      name: 'booking-to-client-domain-http-temporal',
      comment:
        'src/booking imports the client, src/domain, src/http, src/temporal, configuration files, and messages of workflows.',
      severity: 'error',
      from: { path: '^src/booking/' },
      to: {
        path: '^(src/(?!booking/|client/|client\\.ts$|domain/|http/|temporal/|config/(config-file|secret-files|variables)\\.ts$|property-file\\.ts$|log\\.ts$)|activities/|workflows/(?!(stay|room|booking|erasure)/(key-request-)?messages\\.ts$))',
      },
    },
    {
      name: 'temporal-to-domain',
      comment: 'src/temporal imports itself, src/domain, the readers of configuration, the log and the package root.',
      severity: 'error',
      from: { path: '^src/temporal/' },
      to: {
        path: '^(src/(?!temporal/|domain/|log\\.ts$|package-root\\.ts$|config/(config-file|secret-files|variables)\\.ts$)|workflows/|activities/)',
      },
    },
    {
      name: 'simulator-stands-alone',
      comment:
        "The simulator stands for a hotel and is not part of Stayline. It shares only the property file's schema.",
      severity: 'error',
      from: { path: '^src/simulator/' },
      to: { path: '^(src/(?!simulator/|domain/model/)|workflows/|activities/)' },
    },
    {
      name: 'only-tools-simulate',
      comment: 'Nothing that runs in production imports the simulator.',
      severity: 'error',
      from: { pathNot: MAY_SIMULATE },
      to: { path: '^src/simulator/' },
    },
    {
      name: 'only-tools-use-dev',
      comment: 'Only development tools and tests import the development stack.',
      severity: 'error',
      from: { pathNot: MAY_SIMULATE },
      to: { path: '^src/dev/' },
    },
    {
      name: 'product-does-not-know-its-tests',
      comment: 'Tests and benchmarks import the product, never the other way round.',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'production-needs-no-dev-dependency',
      comment: 'Production code imports only packages that npm installs with --omit=dev.',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['^test/(vendor|project/fixtures)/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
