/** Interceptor in the workflow bundle: reports the counters that this workflow run reached for the first time. */
import { proxySinks, type WorkflowInterceptors } from '@temporalio/workflow';
import type { CoverageSinks, FileCounters, Hits } from './hits.js';

const { coverage } = proxySinks<CoverageSinks>();
const reported = new Set<string>();

/** Returns the interceptors, under the name by which the SDK finds them. */
export function interceptors(): WorkflowInterceptors {
  return {
    internals: [
      {
        concludeActivation(input, next) {
          const hits = newHits();
          if (Object.keys(hits).length > 0) coverage.record(hits);
          return next(input);
        },
      },
    ],
  };
}

function newHits(): Hits {
  const counters = (globalThis as { __coverage__?: Readonly<Record<string, FileCounters>> }).__coverage__ ?? {};
  const files = Object.entries(counters).map(([file, { s, f, b }]) => {
    const isNew = (kind: string, count: number): boolean => {
      const name = `${file} ${kind}`;
      if (count === 0 || reported.has(name)) return false;
      reported.add(name);
      return true;
    };
    return [
      file,
      {
        s: Object.keys(s).filter((key) => isNew(`s${key}`, s[key] ?? 0)),
        f: Object.keys(f).filter((key) => isNew(`f${key}`, f[key] ?? 0)),
        b: Object.entries(b).flatMap(([key, ways]) =>
          ways.flatMap((count, way): [string, number][] => (isNew(`b${key}.${way}`, count) ? [[key, way]] : [])),
        ),
      },
    ] as const;
  });
  return Object.fromEntries(files.filter(([, { s, f, b }]) => s.length + f.length + b.length > 0));
}
