/**
 * The workflow code as one script for Temporal's sandbox. Schema modules are preloaded: they are evaluated once per worker and
 * shared (frozen), not once per stay, which would cost 3 ms of every start.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type Logger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** Absolute path of a module of ours, whether we run from source or compiled. */
function moduleFile(fromHere: string): string {
  const file = fileURLToPath(new URL(fromHere, import.meta.url));
  return existsSync(`${file}.ts`) ? `${file}.ts` : `${file}.js`;
}

const WORKFLOWS = moduleFile('../../workflows/index');
const PRELOADED = [moduleFile('./preload-schemas')];

/**
 * @param options.workflowsPath other workflows than the product's, for tests
 * @param options.interceptorsPath a module of interceptors around the workflows, for tests
 * @param options.logger absent: warnings go to stderr
 * @throws Error if workflow code imports what the sandbox does not allow
 */
export async function bundleWorkflows(
  options: {
    readonly workflowsPath?: string;
    readonly interceptorsPath?: string;
    readonly logger?: Logger;
  } = {},
): Promise<WorkflowBundleWithSourceMap> {
  const { workflowsPath = WORKFLOWS, interceptorsPath, logger = new DefaultLogger('WARN') } = options;
  const workflowInterceptorModules = interceptorsPath === undefined ? [] : [interceptorsPath];
  return bundleWorkflowCode({ workflowsPath, workflowInterceptorModules, preloadModules: PRELOADED, logger });
}

/** The bundle that `npm run build` leaves beside the compiled code, or undefined if we do not run from there. */
export function builtBundle(): string | undefined {
  const file = path.join(fileURLToPath(new URL('../..', import.meta.url)), 'workflow-bundle.js');
  return existsSync(file) ? file : undefined;
}
