export const MODES = ['standalone', 'cluster'] as const

export type Mode = (typeof MODES)[number]

/** Both, or what `HELIOGRAPH_TEST_MODES` names. */
export function modesWanted(): readonly Mode[] {
  const named = process.env.HELIOGRAPH_TEST_MODES?.split(',')
  return named === undefined ? MODES : MODES.filter((mode) => named.includes(mode))
}
