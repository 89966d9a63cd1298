import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DirectoryStore } from '../src/directory-store.ts'
import { fileStoreContract } from '../src/file-store.contract.ts'
import { listenerFor } from './listener.ts'

fileStoreContract('directory', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'hg-files-'))
  const listener = await listenerFor((links) => new DirectoryStore(join(dir, 'files'), links))
  return {
    store: listener.store,
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
})
