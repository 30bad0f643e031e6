/** Flame graph of a CPU profile of V8: a box for each function that was called, as wide as its share of the time. */
import type { CustomSeriesOption, EChartsOption } from 'echarts';
import { z } from 'zod';

const nodeSchema = z.object({
  id: z.number(),
  callFrame: z.object({ functionName: z.string(), url: z.string() }),
  children: z.array(z.number()).default([]),
});

/** Format of `node --cpu-prof`: Chrome DevTools Protocol, `Profiler.Profile`. Times in microseconds. */
export const cpuProfileSchema = z.object({
  nodes: z.array(nodeSchema).min(1),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

export type CpuProfile = z.infer<typeof cpuProfileSchema>;
type ProfileNode = CpuProfile['nodes'][number];

/** One function in one stack, with its time in milliseconds. */
interface Frame {
  readonly label: string;
  readonly area: string;
  readonly depth: number;
  readonly fromMs: number;
  readonly ms: number;
}

/** Frames that are not work. */
const REST: ReadonlySet<string> = new Set(['(idle)', '(root)', '(program)']);
/** Frames narrower than this share of the whole are left out. */
const LEAST_SHARE = 0.004;
const BOX_HEIGHT = 14;

/** Returns the busy time in milliseconds of each area: a package, or a folder of the project. The most comes first. */
export function timeByArea(profile: CpuProfile): readonly (readonly [string, number])[] {
  const own = ownTimes(profile);
  const areas = new Map<string, number>();
  for (const node of profile.nodes) {
    if (REST.has(node.callFrame.functionName)) continue;
    const area = areaOf(node);
    areas.set(area, (areas.get(area) ?? 0) + (own.get(node.id) ?? 0));
  }
  return [...areas].toSorted(([, a], [, b]) => b - a);
}

/** Draws the flame graph of a profile, the callers below. */
export function flameGraph(profile: CpuProfile, title: string): EChartsOption {
  const frames = framesOf(profile);
  const deepest = Math.max(...frames.map(({ depth }) => depth));
  const wholeMs = Math.max(...frames.map(({ fromMs, ms }) => fromMs + ms));
  const series: CustomSeriesOption = {
    type: 'custom',
    encode: { x: [0, 1], y: 2 },
    data: frames.map(({ label, area, depth, fromMs, ms }) => ({
      name: label,
      value: [fromMs, fromMs + ms, depth, area],
    })),
    renderItem: (params, api) => {
      const [left = 0, y = 0] = api.coord([api.value(0), api.value(2)]);
      const [right = 0] = api.coord([api.value(1), api.value(2)]);
      const width = right - left;
      const frame = frames[params.dataIndex];
      return {
        type: 'rect',
        shape: { x: left, y: y - BOX_HEIGHT / 2, width: Math.max(0, width - 0.5), height: BOX_HEIGHT - 1 },
        style: { fill: colourOf(frame?.area ?? '') },
        textContent: {
          type: 'text',
          style: {
            text: frame?.label ?? '',
            fontSize: 9,
            width: Math.max(0, width - 4),
            overflow: 'truncate',
            fill: '#222',
          },
        },
        textConfig: { position: 'insideLeft', distance: 2 },
      };
    },
  };
  return {
    title: { text: title, left: 'center' },
    grid: { left: 10, right: 10, bottom: 30, top: 40 },
    xAxis: { type: 'value', min: 0, max: Math.ceil(wholeMs), name: 'ms', nameLocation: 'middle', nameGap: 18 },
    yAxis: { type: 'value', min: 0, max: deepest + 1, show: false },
    series: [series],
  };
}

/** Returns the height in pixels that the flame graph needs. */
export function heightOf(profile: CpuProfile): number {
  return 70 + (Math.max(...framesOf(profile).map(({ depth }) => depth)) + 2) * BOX_HEIGHT;
}

function ownTimes({ samples, timeDeltas }: CpuProfile): ReadonlyMap<number, number> {
  const own = new Map<number, number>();
  for (const [index, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[index] ?? 0) / 1_000);
  return own;
}

function framesOf(profile: CpuProfile): readonly Frame[] {
  const own = ownTimes(profile);
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const childrenOf = ({ children }: ProfileNode): ProfileNode[] =>
    children.flatMap((id) => byId.get(id) ?? []).filter(({ callFrame }) => !REST.has(callFrame.functionName));
  const whole = new Map<number, number>();
  const add = (node: ProfileNode): number => {
    const ms = childrenOf(node).reduce((sum, child) => sum + add(child), own.get(node.id) ?? 0);
    whole.set(node.id, ms);
    return ms;
  };
  const [root] = profile.nodes;
  if (root === undefined) return [];
  const allMs = childrenOf(root).reduce((sum, child) => sum + add(child), 0);
  const frames: Frame[] = [];
  const place = (nodes: readonly ProfileNode[], depth: number, from: number): void => {
    let fromMs = from;
    for (const node of nodes) {
      const ms = whole.get(node.id) ?? 0;
      if (ms < allMs * LEAST_SHARE) continue;
      const { functionName } = node.callFrame;
      frames.push({ label: functionName === '' ? '(anonymous)' : functionName, area: areaOf(node), depth, fromMs, ms });
      place(childrenOf(node), depth + 1, fromMs);
      fromMs += ms;
    }
  };
  place(
    childrenOf(root).toSorted((a, b) => (whole.get(b.id) ?? 0) - (whole.get(a.id) ?? 0)),
    0,
    0,
  );
  return frames;
}

/** Returns the package or the folder of the project that a function belongs to. */
function areaOf({ callFrame: { url, functionName } }: ProfileNode): string {
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  if (/\/bundles\/|workflow-bundle/.test(url)) return 'workflow bundle';
  const folder = /\/((?:src\/[^/]+|activities|workflows))\//.exec(url)?.[1];
  if (folder !== undefined) return folder;
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (url === '' || url.startsWith('evalmachine.')) return 'native code';
  return url.startsWith('node:') ? 'Node' : 'others';
}

/** Returns a light colour, the same for the same area. */
function colourOf(area: string): string {
  const hash = [...area].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 360, 7);
  return `hsl(${hash}, 60%, 75%)`;
}
