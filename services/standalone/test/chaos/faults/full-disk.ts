import { connect, type NetConnectOpts } from 'node:net'
import { placeOf } from '@heliograph/testkit'
import type { Stage } from '../stage.ts'
import { between, type Fault, pause } from './fault.ts'

/** `full-disk`: the file system of Postgres is full for a while; whoever looks after it starts it again if that ended it. */
export const fullDisk: Fault = {
  name: 'full-disk',
  impossible: ({ disk }) => (disk === undefined ? 'it needs Linux, root, and a Postgres from binaries' : undefined),
  plan(chance) {
    const ms = between(chance, 2_000, 8_000)
    return {
      what: `the disk of Postgres is full for ${ms} ms`,
      strikes: ['postgres-away'],
      async act(stage) {
        await stage.disk!.fill()
        await pause(ms)
        stage.disk!.free()
        await pause(500)
        await startAgain(stage)
      },
    }
  },
}

async function startAgain({ servers: { postgres } }: Stage): Promise<void> {
  if (await accepts(placeOf(postgres.url))) return
  await postgres.kill()
  await postgres.start()
}

function accepts(place: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place)
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
