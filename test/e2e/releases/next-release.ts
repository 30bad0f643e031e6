/**
 * A later release of Stayline, made from this one's source: a copy with a few edits, whose worker runs as a process of its own. It adds a
 * field to the state and the view, a policy, and a step with its activity: the front desk is briefed once about a stay in house.
 */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../src/package-root.js';

interface Edit {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

const EDITS: readonly Edit[] = [
  {
    file: 'src/domain/stay/state.ts',
    find: '  readonly propertyAsks: number;\n',
    put: '  readonly propertyAsks: number;\n  readonly briefedAt?: Instant;\n',
  },
  {
    file: 'src/domain/model/stay-view.ts',
    find: '  readonly settled: boolean;\n',
    put: '  readonly settled: boolean;\n  readonly briefedAt?: string;\n',
  },
  {
    file: 'src/domain/stay/view.ts',
    find: '...defined({ nextDeadline: plan.wakeAt }),',
    put: '...defined({ nextDeadline: plan.wakeAt, briefedAt: state.briefedAt }),',
  },
  {
    file: 'src/domain/model/property-schema.ts',
    find: "    cardFormat: z.enum(['rfid48', 'TLCode']).default('rfid48'),\n",
    put: "    cardFormat: z.enum(['rfid48', 'TLCode']).default('rfid48'),\n    briefTheDesk: z.boolean().default(true),\n",
  },
  {
    file: 'src/domain/model/preparation.ts',
    find: "  | { readonly do: 'prepare-guest';",
    put: "  | { readonly do: 'brief-desk'; readonly stepId: string }\n  | { readonly do: 'prepare-guest';",
  },
  {
    file: 'src/domain/stay/plan/preparations.ts',
    find: '    ...exchangeSteps(state, now),\n',
    // The policy of a state that an earlier release wrote lacks the field.
    put: `    ...exchangeSteps(state, now),
    ...(state.desired.status === 'in-house' && state.briefedAt === undefined && state.property !== undefined &&
    (state.property.policy.briefTheDesk ?? true)
      ? [{ do: 'brief-desk', stepId: 'brief-desk' } as const]
      : []),\n`,
  },
  {
    file: 'workflows/stay/preparations.ts',
    find: "  'check-keys': async (",
    put: `  'brief-desk': async ({ state: { stayId } }) => {
    const at = await quick.briefDesk.executeWithOptions(summaryOf('brief the front desk'), [{ stayId }]);
    return (current) => ({ ...current, briefedAt: at });
  },

  'check-keys': async (`,
  },
  {
    file: 'src/domain/model/stay-activities.ts',
    find: '  resolveProperty(input: ResolvePropertyInput): Promise<PropertyFacts>;\n',
    put: `  resolveProperty(input: ResolvePropertyInput): Promise<PropertyFacts>;
  briefDesk(input: { readonly stayId: string }): Promise<string>;\n`,
  },
  {
    file: 'src/temporal/task-queues.ts',
    find: '  exchangeRooms: TASK_QUEUES.stays,\n',
    put: '  exchangeRooms: TASK_QUEUES.stays,\n  briefDesk: TASK_QUEUES.stays,\n',
  },
  {
    file: 'activities/index.ts',
    find: '    ...createLeaseActivities(),\n',
    put: '    ...createLeaseActivities(),\n    briefDesk: async () => new Date().toISOString(),\n',
  },
];

/**
 * Writes the later release into a folder.
 * @returns the file of its worker
 * @throws Error if the source no longer has what an edit replaces
 */
export function writeNextRelease(folder: string): string {
  const root = packageRoot();
  mkdirSync(folder, { recursive: true });
  for (const name of ['src', 'workflows', 'activities', 'package.json', 'tsconfig.json']) {
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  for (const { file, find, put } of EDITS) {
    const target = path.join(folder, file);
    const source = readFileSync(target, 'utf8');
    if (source.split(find).length !== 2) throw new Error(`${file} has not exactly one ${JSON.stringify(find)}`);
    writeFileSync(
      target,
      source.replace(find, () => put),
    );
  }
  return path.join(folder, 'src/worker.ts');
}
