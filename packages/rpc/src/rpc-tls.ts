import { readFileSync } from 'node:fs'
import { ChannelCredentials, credentials, ServerCredentials } from '@grpc/grpc-js'

/** PEM files of mutual TLS: both sides show a certificate that `ca` signed. */
export interface RpcTls {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** @throws when a file can't be read or used. */
export function serverCredentials(tls: RpcTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure()
  const pair = { private_key: readFileSync(tls.key), cert_chain: readFileSync(tls.cert) }
  return ServerCredentials.createSsl(readFileSync(tls.ca), [pair], true)
}

/** @throws when a file can't be read or used. */
export function channelCredentials(tls: RpcTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure()
  return ChannelCredentials.createSsl(readFileSync(tls.ca), readFileSync(tls.key), readFileSync(tls.cert))
}
