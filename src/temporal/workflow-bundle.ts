/**
 * Workflow code as one script for Temporal's sandbox. Schema modules are preloaded: each worker evaluates them once and
 * shares them (frozen). Once per stay would cost 3 ms at every start.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type BundleOptions,
  type Logger,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { defined } from '../domain/model/defined.js';
import { FAILURE_CONVERTER } from './encryption/index.js';

/** Returns the absolute path of one of our modules, whether the process runs from source or compiled code. */
function moduleFile(fromHere: string): string {
  const file = fileURLToPath(new URL(fromHere, import.meta.url));
  return existsSync(`${file}.ts`) ? `${file}.ts` : `${file}.js`;
}

const WORKFLOWS = moduleFile('../../workflows/index');
/** Interceptors of every workflow. */
const INTERCEPTORS = ['intake', 'fairness', 'tracing'].map((name) => moduleFile(`../../workflows/${name}`));
const PAYLOAD_CONVERTER = moduleFile('./payload-converter');
/** Name of the built bundle, without and with failures that are encoded for encryption. */
const BUILT = { plain: 'workflow-bundle.js', encrypted: 'workflow-bundle-encrypted.js' } as const;

/** Kind of a bundle: `encrypted` encodes the texts of failures, which the codec then encrypts. */
export type BundleKind = keyof typeof BUILT;

const PRELOADED = [moduleFile('./preload-schemas')];

/**
 * Bundles the workflow code.
 * @param options.workflowsPath other workflows than the product's, for tests
 * @param options.interceptorsPaths modules of interceptors around the workflows, for tests
 * @param options.webpackConfigHook changes to the bundler's configuration, for tests
 * @param options.kind absent: plain
 * @param options.logger absent: warnings go to stderr
 * @throws Error if workflow code imports a module that the sandbox does not allow
 */
export async function bundleWorkflows(
  options: {
    readonly workflowsPath?: string;
    readonly interceptorsPaths?: readonly string[];
    readonly webpackConfigHook?: NonNullable<BundleOptions['webpackConfigHook']>;
    readonly kind?: BundleKind;
    readonly logger?: Logger;
  } = {},
): Promise<WorkflowBundleWithSourceMap> {
  const { workflowsPath = WORKFLOWS, interceptorsPaths = [], webpackConfigHook, kind = 'plain' } = options;
  return bundleWorkflowCode({
    workflowsPath,
    payloadConverterPath: PAYLOAD_CONVERTER,
    workflowInterceptorModules: [...INTERCEPTORS, ...interceptorsPaths],
    preloadModules: PRELOADED,
    logger: options.logger ?? new DefaultLogger('WARN'),
    webpackConfigHook: (config) => {
      const tuned = forSpeed(config);
      return webpackConfigHook?.(tuned) ?? tuned;
    },
    ...defined({ failureConverterPath: kind === 'encrypted' ? FAILURE_CONVERTER : undefined }),
  });
}

type BundlerConfiguration = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/**
 * Returns the configuration for code that runs faster (`docs/performance.md`): modules are joined to one, so that calls
 * between them go through no getter, and the syntax stays that of Node, without helpers. Names stay as they are.
 */
function forSpeed(config: BundlerConfiguration): BundlerConfiguration {
  const rules = config.module?.rules?.map((rule) => {
    if (!isCompiler(rule)) return rule;
    const { use } = rule;
    return { ...rule, use: { ...use, options: { ...use.options, jsc: { ...use.options.jsc, target: 'es2022' } } } };
  });
  return {
    ...config,
    mode: 'production',
    module: { ...config.module, ...defined({ rules }) },
    optimization: { ...config.optimization, minimize: false, nodeEnv: false },
  };
}

/** Rule for the compiler of TypeScript, as Temporal's SDK configures it. */
interface Compiler {
  readonly use: { readonly loader: string; readonly options: { readonly jsc: object } };
}

function isCompiler(rule: unknown): rule is Compiler {
  return typeof (rule as Partial<Compiler> | null)?.use?.options?.jsc === 'object';
}

/** Returns the path of the bundle in the folder of compiled code. */
export function bundleIn(folder: string, kind: BundleKind): string {
  return path.join(folder, BUILT[kind]);
}

/**
 * Returns the bundle that `npm run build` leaves beside the compiled code, or undefined when the process runs from
 * source.
 */
export function builtBundle(kind: BundleKind): string | undefined {
  const file = bundleIn(fileURLToPath(new URL('../..', import.meta.url)), kind);
  return existsSync(file) ? file : undefined;
}
