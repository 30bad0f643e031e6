/** Generator of `docs/scenarios.md`, from the scenarios and their results. Its Markdown is as Prettier would format it. */
import type { Chapter } from './all.js';
import { wordOf, type Circumstance, type Scenario, type Step } from './scenario.js';

const COLUMNS = 120;

export type Endings = ReadonlyMap<number, 'holds' | 'fails'>;

/** @param endings by the scenario's number; all circumstances of a scenario must hold */
export function scenariosPage(chapters: readonly Chapter[], endings: Endings): string {
  const blocks = [...headOf(chapters, endings), ...chapters.flatMap((chapter) => chapterOf(chapter, endings))];
  return `${blocks.join('\n\n')}\n`;
}

function headOf(chapters: readonly Chapter[], endings: Endings): string[] {
  const scenarios = chapters.flatMap((chapter) => chapter.scenarios);
  const holding = scenarios.filter(({ number }) => endings.get(number) === 'holds').length;
  return [
    '# Scenarios of hotel life',
    wrapped(
      'Each scenario describes an event in a hotel, and who opens which door afterwards. `npm test` runs it',
      '(`test/scenarios`) against the real workflows. Simulated phones and cards at simulated locks decide the result.',
      `In the last run, ${holding} of ${scenarios.length} scenarios held.`,
    ),
    listOf([
      'Terms such as override key, joiner key and lease are in the [glossary](glossary.md).',
      'The [rules of the planner](rules.md) explain which key is made, and why.',
      'Names such as `room-taken` are codes of an [attention](messages.md#attention) for the front desk.',
      'An assumption is one answer to a question that the documentation of Seam leaves open.',
      'A scenario with two assumptions holds under each of them.',
      'Time is skipped where possible.',
      'The numbers are those of the fifty scenarios that Stayline is built to.',
      'Scenarios 37 to 40 and 50 are about messages of a booking system (`test/e2e/booking`).',
    ]),
    'The test run writes this page:',
    '```sh\nSCENARIOS_PAGE=write npx vitest run test/scenarios\n```',
    '## Index',
    ...chapters.flatMap(indexOf),
  ];
}

function indexOf({ title, scenarios }: Chapter): string[] {
  return [`${linkTo(title)}:`, listOf(scenarios.map((scenario) => linkTo(headingOf(scenario))))];
}

function chapterOf({ title, scenarios }: Chapter, endings: Endings): string[] {
  return [`## ${title}`, ...scenarios.flatMap((scenario) => scenarioOf(scenario, endings))];
}

/** Returns heading and steps; and the result, if the scenario did not hold. */
function scenarioOf(scenario: Scenario, endings: Endings): string[] {
  const ending = endings.get(scenario.number) ?? 'not run';
  return [
    `### ${headingOf(scenario)}`,
    ...(ending === 'holds' ? [] : [`Result: **${ending}**`]),
    listOf([...assumptionsOf(scenario.circumstances), ...stepsOf(scenario.steps)]),
  ];
}

function headingOf({ number, title }: Scenario): string {
  return `${number}. ${title}`;
}

function assumptionsOf(circumstances: readonly Circumstance[]): string[] {
  return circumstances
    .filter(({ sentence }) => sentence !== '')
    .map(({ sentence }, index) => `**${index === 0 ? 'Assuming' : 'Or assuming'}** ${sentence}.`);
}

/** Returns a sentence for each step: the first of its kind in a row begins with Given, When or Then, and the others with And. */
function stepsOf(steps: readonly Step[]): string[] {
  return steps.map((step, index) => {
    const word = steps[index - 1]?.kind === step.kind ? 'And' : wordOf(step);
    return `**${word}** ${step.sentence}.`;
  });
}

function linkTo(heading: string): string {
  return `[${heading}](#${anchorOf(heading)})`;
}

/** Returns the fragment that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function listOf(items: readonly string[]): string {
  return items.map((item) => wrapped(`- ${item}`)).join('\n');
}

/** Breaks text between words; further lines of a list item are indented. */
function wrapped(...text: readonly string[]): string {
  const words = text.join(' ').split(' ');
  const indent = words[0] === '-' ? '  ' : '';
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(lines.length === 0 ? word : indent + word);
  }
  return lines.join('\n');
}
