// Whether the instance at an address (default 127.0.0.1:5290) is ready, by the exit code: for checks of health that know no gRPC. They come every
// few seconds and to each instance, so this asks by HTTP/2 alone: the gRPC library takes ten times the CPU to be loaded.
import { once } from 'node:events'
import { connect } from 'node:http2'

const waitMs = 4_000
/** A message of gRPC: not compressed, its length, field 1 of HealthCheckRequest. */
const question = Buffer.from('\0\0\0\0\x0b\n\x09readiness', 'latin1')
/** Field 1 of HealthCheckResponse is SERVING. */
const serving = Buffer.from('\0\0\0\0\x02\x08\x01', 'latin1')

const session = connect(`http://${process.argv[2] ?? '127.0.0.1:5290'}`)
session.setTimeout(waitMs, () => session.destroy(new Error('no answer')))
try {
  await once(session, 'connect')
  const request = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  request.end(question)
  const answer = Buffer.concat(await Array.fromAsync(request))
  if (!answer.equals(serving)) throw new Error('not ready')
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  session.close()
}
