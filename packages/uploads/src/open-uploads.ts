import { join } from 'node:path'
import { domainToASCII } from 'node:url'
import type { HeliographConfig } from '@heliograph/config'
import { DirectoryStore } from './directory-store.ts'
import type { FileStore } from './file-store.ts'
import { Links } from './links.ts'
import { S3Store } from './s3-store.ts'
import { ensureSecret } from './secret.ts'

/** Links and the store that they lead to, as configured. */
export interface Uploads {
  readonly links: Links
  readonly store: FileStore
}

type Given = Pick<HeliographConfig, 'uploads' | 'web' | 'listen' | 'domains' | 'dataDir'>

/** Undefined where files can't be uploaded: it is switched off, or nothing tells clients where to. Touches nothing before it is used. */
export function openUploads(config: Given): Uploads | undefined {
  const { store, secret, directory, s3 } = config.uploads
  const base = baseOf(config)
  if (base === undefined || store === 'none') return undefined
  const made = join(config.dataDir, 'uploads.secret')
  let pending: Promise<Uint8Array> | undefined
  const key = () => {
    pending ??= secret === undefined ? ensureSecret(made) : Promise.resolve(Buffer.from(secret))
    return pending
  }
  const links = new Links(base, key)
  if (store === 's3') return s3 && { links, store: new S3Store(s3, links) }
  return { links, store: new DirectoryStore(directory ?? join(config.dataDir, 'uploads'), links) }
}

/** XEP-0363 §4: both addresses are HTTPS. */
function baseOf({ uploads, web, listen, domains }: Given): string | undefined {
  const given = uploads.publicUrl ?? web.publicUrl
  if (given !== undefined) return given.replace(/\/+$/, '')
  const { https } = listen
  const [domain] = domains
  if (https === false || https.port === 0 || domain === undefined) return undefined
  return new URL(`https://${domainToASCII(domain.name)}:${https.port}`).origin
}
