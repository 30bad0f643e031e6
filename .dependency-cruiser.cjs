/**
 * The arrows of the design: which folder may import which, and no cycles. Imports of types count, except where a rule says
 * otherwise: a type is a dependency of whoever reads the code.
 */

/** Imports that vanish at compile time. */
const TYPE_ONLY = ['type-only', 'type-import'];

/** Entry points and development tools: the only ones that may import the simulator. */
const MAY_SIMULATE = '^(src/(simulator|dev|demo|cli)|test|bench)(/|\\.)';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that need each other at run time are one module, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: TYPE_ONLY } },
    },
    {
      name: 'resolvable',
      comment: 'What is imported must exist.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'domain-is-pure',
      comment: 'src/stay imports only itself, zod and the date polyfill.',
      severity: 'error',
      from: { path: '^src/stay/' },
      to: { pathNot: '^(src/stay/|(\\.\\./)*node_modules/(zod|@js-temporal/polyfill)/)' },
    },
    {
      name: 'workflows-to-domain',
      comment:
        'Workflows import themselves, src/stay, the names that Temporal knows things by, types of activities (those of the booking door are with it), and the SDK.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: [
          '^workflows/',
          '^src/stay/',
          '^src/booking/ingress/steps\\.ts$',
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
        'Activities are thin: they call src/stay, src/seam and src/booking, and look properties up. A stay speaks to rooms, which are workflows, through an activity: by their messages, on their queue. An erasure asks Temporal whether a stay is open.',
      severity: 'error',
      from: { path: '^activities/' },
      to: {
        pathNot: [
          '^activities/',
          '^src/(stay|seam|booking/ingress)/',
          '^src/client/standing\\.ts$',
          '^src/property-file\\.ts$',
          '^src/temporal/task-queues\\.ts$',
          '^workflows/messages\\.ts$',
          '^(\\.\\./)*node_modules/(@temporalio/(activity|client|common)|zod|p-queue)/',
        ],
      },
    },
    {
      name: 'seam-to-domain',
      comment: 'src/seam knows Seam and the domain, not Temporal connections, bookings or processes.',
      severity: 'error',
      from: { path: '^src/seam/' },
      to: { path: '^(src/(booking|temporal|simulator|dev)/|src/[^/]+\\.ts$|workflows/|activities/)' },
    },
    {
      name: 'booking-to-temporal-and-messages',
      comment: 'The HTTP door speaks to workflows through src/temporal and the types of their messages.',
      severity: 'error',
      from: { path: '^src/booking/' },
      to: { path: '^(src/(seam|simulator|dev)/|activities/|workflows/(?!((booking|key-desk)-)?messages\\.ts$))' },
    },
    {
      name: 'simulator-stands-alone',
      comment:
        "The simulator is a hotel, not a part of Stayline: it shares the domain's types and no behaviour with it.",
      severity: 'error',
      from: { path: '^src/simulator/' },
      to: { path: '^(src/(?!simulator/|stay/)|workflows/|activities/)' },
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
      comment: 'The development stack is for development.',
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
      comment: 'What is installed with --omit=dev must be enough.',
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
