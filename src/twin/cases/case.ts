/** The sphere of the test cases (Williamson et al. 1992, J. Comput. Phys. 102, 211-224). */
export const radius = 6.37122e6; // m
export const rotation = 7.292e-5; // 1/s
export const gravity = 9.80616; // m/s^2

/** Values at one point: m/s and, for the geopotential of the free surface, m^2/s^2. */
export interface PointValues {
  readonly u: number;
  readonly v: number;
  readonly phi: number;
}

/** Laplacian diffusion of order 1, or its powers: coefficient in m^(2 order) / s. */
export interface Diffusion {
  readonly order: number;
  readonly coefficient: number;
}

/** An initial state of the shallow-water equations. */
export interface ShallowWaterCase {
  /** Geopotential that phi is counted from, m^2/s^2: about the mean depth times gravity. */
  readonly meanPhi: number;
  /** What the publication prescribes; absent for none. */
  readonly diffusion?: Diffusion;
  /** 1/s, at a position in degrees. */
  coriolis(lat: number, lon: number): number;
  initial(lat: number, lon: number): PointValues;
  /** Geopotential of the ground, m^2/s^2; absent for flat ground. */
  ground?(lat: number, lon: number): number;
}

/** An option of a case, with its unit in its name. */
export interface CaseParameter {
  readonly about: string;
  readonly default: number;
}

/** A case as it is chosen: parameters are numbers by name. */
export interface CaseKind {
  readonly about: string;
  readonly parameters: Readonly<Record<string, CaseParameter>>;
  make(parameters: Readonly<Record<string, number>>): ShallowWaterCase;
}

/** 2 Omega sin(lat) */
export function coriolisOf(lat: number): number {
  return 2 * rotation * Math.sin((lat * Math.PI) / 180);
}
