import type { PeerPolicyConfig } from '@heliograph/config'

const TRAFFIC = {
  kinds: ['message', 'presence', 'iq'],
  stanzasPerSecond: 0,
  bytesPerSecond: 0,
  burstSeconds: 10,
} as const

/** With everybody, of everything. */
export const ANYTHING: PeerPolicyConfig = {
  others: 'allow',
  authentication: 'certificates',
  minTls: 'TLSv1.2',
  inbound: TRAFFIC,
  outbound: TRAFFIC,
  peers: [],
}
