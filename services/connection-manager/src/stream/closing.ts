import type { Phase } from './phase.ts'

/** The stream is over on this side: what still arrives is ignored until the peer closes too, or its time is up. */
export const closing: Phase = {
  name: 'closing',
  element() {},
  features: () => '',
  expired: (connection) => connection.transport.destroy(),
}
