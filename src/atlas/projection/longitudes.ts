/** `lon - from` in [-180, 180). */
export function longitudeDifference(lon: number, from: number): number {
  return principalLongitude(lon - from);
}

/** The same meridian in [-180, 180). */
export function principalLongitude(lon: number): number {
  if (lon >= -180 && lon < 180) return lon;
  const turned = lon - 360 * Math.floor((lon + 180) / 360);
  return turned >= 180 ? turned - 360 : turned;
}
