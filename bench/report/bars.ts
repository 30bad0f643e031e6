import type { BarSeriesOption } from 'echarts';

/** Returns bars with their values above them. */
export function bars(name: string, data: number[]): BarSeriesOption {
  return { type: 'bar', name, data, label: { show: true, position: 'top' } };
}
