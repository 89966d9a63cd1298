import { deriveScramKeys, keyLength, type ScramHash, verifyScramProof } from '@heliograph/sasl'
import type { Benchmark } from './benchmark.ts'

async function check(hash: ScramHash): Promise<Benchmark> {
  const keys = await deriveScramKeys('pencil', { hash, salt: Buffer.alloc(16, 7), iterations: 4096 })
  const proof = Buffer.alloc(keyLength(hash), 1)
  const message =
    'n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws'
  return { name: `check a SCRAM-${hash} proof`, run: () => verifyScramProof(keys, message, proof), limitMicros: 120 }
}

/** What a login costs once the keys are there, whatever their iterations. */
export const benchmarks: readonly Benchmark[] = [await check('SHA-1'), await check('SHA-256')]
