import type { Definition } from './definition.ts'

/** Streams that haven't proved who they are. */
const MOST_UNPROVEN = 64

/** Whether a connection from that address is let in: some component may come from there, and there aren't too many that are yet to say who they are. */
export function admits(
  address: string,
  definitions: ReadonlyMap<string, Pick<Definition, 'admits'>>,
  unproven: number,
): boolean {
  // Others must not keep components out.
  const mayBeOne = definitions.values().some((definition) => definition.admits(address))
  return mayBeOne && unproven < MOST_UNPROVEN
}
