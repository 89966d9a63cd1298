import { ensureDomain } from '@heliograph/jid'
import { credentialsContract } from './credentials.contract.ts'
import { SCRAM_HASHES } from './credentials.ts'
import { MemoryCredentials } from './memory-credentials.ts'
import { deriveScramKeys } from './scram-keys.ts'

credentialsContract('memory', async () => {
  const parameters = { salt: Buffer.alloc(16, 7), iterations: 10 }
  const keys = await Promise.all(SCRAM_HASHES.map((hash) => deriveScramKeys('r0m30', { hash, ...parameters })))
  return {
    credentials: new MemoryCredentials(new Map([['juliet', keys]]), Buffer.from('secret'), 10),
    domain: ensureDomain('example.com'),
    username: 'juliet',
    password: 'r0m30',
    [Symbol.asyncDispose]: async () => {},
  }
})
