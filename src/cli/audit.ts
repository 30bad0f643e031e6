/** Command of `stayline` that compares the keys at Seam with those of the stays (docs/audit.md). */
import type { Command } from 'commander';
import { auditKeys } from '../client/audit-keys.js';
import type { KeyAudit } from '../domain/model/audit-activities.js';
import type { Difference } from '../domain/model/drift.js';
import { clientOn } from '../temporal/connection.js';
import { NotWorked } from './outcome.js';
import { print, withJson, type JsonOption } from './shared-options.js';
import { coloursFor, section, type Colours } from './show.js';
import { withConnection } from './temporal.js';
import type { Terminal } from './terminal.js';

/** Adds the command `audit`. */
export function addAuditCommand(program: Command, { env, out }: Terminal): void {
  withJson(program.command('audit'), 'the audit (docs/audit.md)')
    .summary('compare the keys at Seam with those of the open stays')
    .description(
      'Compares every key of a property at Seam with what its open stays have recorded, and has the stays repair what differs. Exit code 1 if anything differs.',
    )
    .argument('<propertyId>')
    .action(async (propertyId: string, options: JsonOption) => {
      const audit = await withConnection(env, (connection, target) =>
        auditKeys(clientOn(connection, target), propertyId),
      );
      print({ out }, options, audit, () => showAudit(audit, coloursFor(out)));
      const found = audit.differences.length + audit.more;
      if (found > 0) throw new NotWorked(`${found} keys differ; their stays repair what they can`);
    });
}

function showAudit({ stays, credentials, unanswered, differences, more }: KeyAudit, colours: Colours): string {
  return [
    `${credentials} keys at Seam, ${stays} open stays`,
    section(
      colours,
      'Stays that did not answer',
      unanswered.map((stayId) => [stayId]),
    ),
    section(colours, 'Differences', differences.map(differenceRow)),
    more === 0 ? '' : `and ${more} more`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function differenceRow({ kind, acsCredentialId, stayId, guestId }: Difference): string[] {
  return [kind, acsCredentialId, stayId ?? 'of no stay', guestId ?? ''];
}
