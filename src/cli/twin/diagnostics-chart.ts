import { type Image, type Panel, renderChart, type Series } from '../../plot/index.js';
import type { Diagnostics } from '../../twin/index.js';

const day = 86400;

/** Rows of one member in order of time. */
type Member = readonly Diagnostics[];

/** What is conserved and how well, and the extremes of vorticity, over time; members that are perturbed are faint. */
export function diagnosticsChart(rows: readonly Diagnostics[], titles: { readonly title: string; readonly subtitle: string }): Image {
  const numbers = [...new Set(rows.map(({ number }) => number))];
  const members = numbers.map((number) => rows.filter((row) => row.number === number));
  const panels: readonly Panel[] = [
    changePanel('change of mass, of its first value', members, ({ mass }) => mass),
    changePanel('change of energy, of its first value', members, ({ energy }) => energy),
    changePanel('change of potential enstrophy, of its first value', members, ({ potentialEnstrophy }) => potentialEnstrophy),
    {
      title: 'vorticity',
      units: 's**-1',
      series: [
        ...seriesOf(members, ({ greatestVorticity }) => greatestVorticity.value, 'largest'),
        ...seriesOf(members, ({ leastVorticity }) => leastVorticity.value, 'smallest'),
      ],
    },
  ];
  return renderChart(panels, { ...titles, xLabel: 'days', panelHeight: 150 });
}

function changePanel(title: string, members: readonly Member[], value: (row: Diagnostics) => number): Panel {
  return { title, series: seriesOf(members, (row, [first]) => value(row) / value(first as Diagnostics) - 1) };
}

function seriesOf(members: readonly Member[], value: (row: Diagnostics, member: Member) => number, name?: string): readonly Series[] {
  return members.map((member, index) => ({
    x: member.map(({ timeSeconds }) => timeSeconds / day),
    y: member.map((row) => value(row, member)),
    ...(index > 0 ? { isFaint: true } : name === undefined ? {} : { name }),
  }));
}
