/** Against a real S3 server where one is there: versitygw (`go install github.com/versity/versitygw/cmd/versitygw@v1.8.0`). */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@heliograph/testkit'
import { fileStoreContract } from '../src/file-store.contract.ts'
import { S3Store } from '../src/s3-store.ts'
import { listenerFor } from './listener.ts'

const KEYS = { accessKeyId: 'heliograph', secretAccessKey: 'a secret of the bucket' }
const program = findProgram()

if (program === undefined) test('s3: no versitygw on this machine', { skip: true }, () => {})
else
  fileStoreContract('s3', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'hg-s3-'))
    await mkdir(join(dir, 'data', 'bucket'), { recursive: true })
    const port = await freePort()
    const env = { ...process.env, ROOT_ACCESS_KEY: KEYS.accessKeyId, ROOT_SECRET_KEY: KEYS.secretAccessKey }
    const data = ['posix', '--sidecar', join(dir, 'meta'), join(dir, 'data')]
    await mkdir(join(dir, 'meta'))
    const child = spawn(program, ['--port', `127.0.0.1:${port}`, ...data], { env, stdio: 'ignore' })
    const bucketUrl = `http://127.0.0.1:${port}/bucket`
    await answering(bucketUrl)
    const options = { ...KEYS, bucketUrl, region: 'us-east-1', prefix: 'uploads/' }
    const listener = await listenerFor((links) => new S3Store(options, links))
    return {
      store: listener.store,
      async [Symbol.asyncDispose]() {
        await listener[Symbol.asyncDispose]()
        child.kill()
        await once(child, 'exit')
        await rm(dir, { recursive: true, force: true })
      },
    }
  })

function findProgram(): string | undefined {
  const onPath = (process.env.PATH ?? '').split(':').map((each) => join(each, 'versitygw'))
  const found = [...onPath, join(homedir(), 'go', 'bin', 'versitygw')].find((each) => existsSync(each))
  if (found !== undefined) execFileSync(found, ['--version'], { stdio: 'ignore' })
  return found
}

async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const response = await fetch(url).catch(() => undefined)
    if (response !== undefined) return void (await response.arrayBuffer())
    await sleep(100)
  }
  throw new Error('the S3 server does not answer')
}
