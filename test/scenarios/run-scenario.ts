/** Runs of scenarios: each in each of its circumstances. */
import { defaultSwitches } from '../../src/simulator/control/switches.js';
import { switchesOfRun } from '../harness/switches.js';
import { openHotel, type HotelWorld } from './hotel.js';
import type { Circumstance, Scenario } from './scenario.js';

/** One test: a scenario in one circumstance. */
export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly circumstance: Circumstance;
  /** Title of the test. */
  readonly title: string;
  run(world: HotelWorld): Promise<void>;
}

export function runsOf(scenarios: readonly Scenario[]): readonly ScenarioRun[] {
  return scenarios.flatMap((scenario) =>
    scenario.circumstances.map((circumstance, index) => {
      const { number, title } = scenario;
      const parts = [`${number} ${title}`, circumstance.sentence];
      return {
        scenario,
        circumstance,
        title: parts.filter((part) => part !== '').join(': '),
        async run(world) {
          const { switches } = circumstance;
          world.simulator.hotel.setSwitches({ ...defaultSwitches, ...switchesOfRun(), ...switches });
          await world.undisturb();
          await scenario.run(openHotel(world, `scenario-${number}-${index}`));
        },
      };
    }),
  );
}
