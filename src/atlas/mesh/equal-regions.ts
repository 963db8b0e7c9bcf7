/**
 * Zones of the partition of the sphere into regions of equal area and small diameter (P. Leopardi, 2006): the number of regions
 * in each, from the north cap over the collars to the south cap. `[zones]`, sum `parts`.
 *
 * @example equalRegions(12) // [1, 5, 5, 1]
 */
export function equalRegions(parts: number): readonly number[] {
  if (parts === 1) return [1];
  if (parts === 2) return [1, 1];
  const region = (4 * Math.PI) / parts;
  const cap = 2 * Math.asin(Math.sqrt(1 / parts));
  const collars = Math.max(1, Math.round((Math.PI - 2 * cap) / Math.sqrt(region)));
  const height = (Math.PI - 2 * cap) / collars;
  const capArea = (radius: number): number => 4 * Math.PI * Math.sin(radius / 2) ** 2;
  const zones = [1];
  // What rounding took from or gave to the zones before is passed on, so that the sum is right.
  let left = 0;
  for (let collar = 0; collar < collars; collar++) {
    const ideal = (capArea(cap + (collar + 1) * height) - capArea(cap + collar * height)) / region;
    const regions = Math.round(ideal + left);
    left += ideal - regions;
    zones.push(regions);
  }
  zones.push(1);
  return zones;
}
