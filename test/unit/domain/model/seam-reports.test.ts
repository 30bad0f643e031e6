/** The table of Seam's errors and warnings, against Seam's published types and the page that shows it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  OTHER_REPORTS,
  SEAM_REPORTS,
  reportOutcome,
  type ReportingObject,
  type ReportOutcome,
} from '../../../../src/domain/model/seam-reports.js';
import { packageRoot } from '../../../../src/package-root.js';
import { publishedReports } from '../../../vendor/seam/contract.js';

const objects = Object.keys(SEAM_REPORTS) as ReportingObject[];
const lists = ['errors', 'warnings'] as const;

/** Codes that newer documents of Seam have, or none at all: Seam publishes no list of errors for entrances. */
const UNPUBLISHED = ['acs_system user_license_limit_reached', 'acs_entrance entrance_removed'];

function line(code: string, outcome: ReportOutcome): string {
  const name = outcome.act === 'attention' ? `attention \`${outcome.code}\`` : outcome.act;
  return `- ${code}: **${name}**: ${outcome.words}.`;
}

/** Returns the sections of the page, without line breaks inside a list item. */
function page(): string {
  return objects
    .map((object) => {
      const known = lists.flatMap((list) =>
        Object.entries(SEAM_REPORTS[object][list]).map(([code, outcome]) => line(`\`${code}\``, outcome)),
      );
      const others = lists.map((list) => line(`other ${list}`, OTHER_REPORTS[object][list]));
      return [`### \`${object}\``, ...known, ...others].join('\n');
    })
    .join('\n');
}

const inLines = (text: string): string =>
  text
    .replaceAll(/\n +/g, ' ')
    .replaceAll(/\n{2,}/g, '\n')
    .trim();

describe('the table of what Seam reports', () => {
  it.each(objects)('the table has every published error and warning of %s', (object) => {
    const published = publishedReports([object])[object];
    for (const list of lists) {
      const known = Object.keys(SEAM_REPORTS[object][list]).filter(
        (code) => !UNPUBLISHED.includes(`${object} ${code}`),
      );
      const codes = published?.[list] ?? [];
      expect(known.toSorted()).toEqual(codes === 'any' ? [] : codes.toSorted());
    }
  });

  it('the page shows the table as it is', () => {
    const shown = readFileSync(path.join(packageRoot(), 'docs/seam-reports.md'), 'utf8');
    expect(inLines(shown)).toContain(inLines(page()));
  });

  it('an unknown error is attention, and an unknown warning is ignored', () => {
    const errors = objects.map((object) => reportOutcome({ object, list: 'errors', code: 'constructor' }).act);
    expect(errors).toEqual(['attention', 'attention', 'attention', 'ignored', 'attention']);
    const warnings = objects.map((object) => reportOutcome({ object, list: 'warnings', code: 'brand_new' }).act);
    expect(new Set(warnings)).toEqual(new Set(['ignored']));
  });
});
