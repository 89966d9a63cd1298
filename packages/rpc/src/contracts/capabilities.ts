import { contract } from '../contract.ts'

export interface OfServerReply {
  readonly node: string
  readonly ver: string
  readonly sha256: string
  readonly sha3: string
}

/** `heliograph.v1.Capabilities`; the guarantees are in `proto/heliograph/v1/capabilities.proto`. */
export interface Capabilities {
  ofServer(request: { readonly domain: string }): Promise<OfServerReply>
}

export const capabilitiesContract = contract<Capabilities>(
  'heliograph/v1/capabilities.proto',
  'heliograph.v1.Capabilities',
)
