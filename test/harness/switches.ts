/** Answers of Seam to questions that its documents leave open, for a whole run of tests. */
import type { z } from 'zod';
import { defined } from '../../src/domain/model/defined.js';
import {
  defaultSwitches,
  switchChangeSchema,
  switchesSchema,
  type SwitchChange,
  type Switches,
} from '../../src/simulator/control/switches.js';

/** Returns the switches that `STAYLINE_TEST_SWITCHES` sets, as JSON; a test that sets one itself has its own. */
export function switchesOfRun(): Partial<Switches> {
  return defined(switchChangeSchema.parse(JSON.parse(process.env.STAYLINE_TEST_SWITCHES ?? '{}')));
}

/** Values of each switch, the default first. */
const VALUES = Object.fromEntries(
  Object.entries(switchesSchema.shape).map(([name, schema]) => {
    const usual = defaultSwitches[name as keyof Switches];
    return [name, [usual, ...valuesOf(schema).filter((value) => value !== usual)]];
  }),
);

/** Settings in which one switch differs from its default: each value of each switch once. */
export const OTHER_SETTINGS: readonly SwitchChange[] = Object.entries(VALUES).flatMap(([name, [, ...others]]) =>
  others.map((value) => switchChangeSchema.parse({ [name]: value })),
);

/** Returns one of these settings by chance. */
export function settingByChance(): SwitchChange {
  return OTHER_SETTINGS[Math.floor(Math.random() * OTHER_SETTINGS.length)] ?? {};
}

function valuesOf(schema: z.ZodType): readonly unknown[] {
  switch (schema.def.type) {
    case 'boolean':
      return [true, false];
    case 'enum':
      return (schema as z.ZodEnum).options;
    case 'union':
      return (schema as z.ZodUnion<z.ZodLiteral[]>).options.flatMap((option) => [...option.values]);
    default:
      throw new Error(`A switch of type ${schema.def.type} has no list of values`);
  }
}
