/** The activity of floor workflows. It stands for each activity of a stay, under that one's name. */
import { Context } from '@temporalio/activity';
import type { RoomMessage } from './shape.js';

export interface FloorAsk {
  /** Size of the answer in bytes. */
  readonly answered: number;
  /** Number of calls to Seam. */
  readonly calls: number;
  /** Messages to floor workflows of rooms, by workflow id. */
  readonly rooms: readonly RoomMessage[];
  /** Text that makes the input as large as the real one. */
  readonly filler: string;
}

export type FloorActivity = (ask: FloorAsk) => Promise<string>;

/** Returns the activity. Each of its calls to Seam reads the access systems, which is a small answer. */
export function floorActivity(seam: { readonly url: string; readonly apiKey: string }): FloorActivity {
  return async ({ answered, calls, rooms }) => {
    for (let call = 0; call < calls; call++) {
      const response = await fetch(`${seam.url}/acs/systems/list`, {
        method: 'POST',
        headers: { authorization: `Bearer ${seam.apiKey}`, 'content-type': 'application/json' },
        body: '{}',
      });
      await response.json();
    }
    const { workflow } = Context.current().client;
    for (const { room, kind } of rooms) {
      const handle = workflow.getHandle(room);
      if (kind === 'signal') await handle.signal('floorSignal', 'x');
      else await handle.executeUpdate('floorUpdate', { args: ['x'] });
    }
    return 'x'.repeat(answered);
  };
}
