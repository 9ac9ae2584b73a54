// The TestService on grpc-js: server.js --port=N. Prints the port that it listens on, of which 0
// takes a free one; runs until it is killed.
//
// It does not have the feature CompressedResponse: grpc-js's servers never compress.
'use strict';
const {setTimeout: sleep} = require('timers/promises');
const {parseArgs} = require('util');
const {grpc, testing, wasCompressed, zeros} = require('./testing');

const INITIAL = 'x-grpc-test-echo-initial';
const TRAILING = 'x-grpc-test-echo-trailing-bin';

// The metadata of these keys goes back, one at once, and the other as what this returns.
function echoMetadata(call) {
  const initial = new grpc.Metadata();
  const trailing = new grpc.Metadata();
  call.metadata.get(INITIAL).forEach((value) => initial.add(INITIAL, value));
  call.metadata.get(TRAILING).forEach((value) => trailing.add(TRAILING, value));
  call.sendMetadata(initial);
  return trailing;
}

// What a call fails with because of this request; null where it does not.
function failure(request) {
  if (request.expect_compressed && request.expect_compressed.value !== wasCompressed(request)) {
    return {code: grpc.status.INVALID_ARGUMENT, details: 'compressed, or not, unlike expected'};
  }
  const status = request.response_status;
  return status ? {code: status.code, details: status.message} : null;
}

// A call's requests. That there are no more must not end the call, as iterating over it would.
const requestsOf = (call) => call.iterator({destroyOnReturn: false});

async function respond(call, request) {
  for (const {size, interval_us: us} of request.response_parameters) {
    if (us > 0) {
      await sleep(us / 1000);
    }
    call.write({payload: zeros(size)});
  }
}

// Ends a call with streamed responses as `serve`, which fails with a status or not at all, does.
async function stream(call, serve) {
  const metadata = echoMetadata(call);
  try {
    await serve();
    call.end(metadata);
  } catch (status) {
    call.emit('error', {...status, metadata});
  }
}

async function serveRequest(call, request) {
  const status = failure(request);
  if (status) {
    throw status;
  }
  await respond(call, request);
}

const service = {
  EmptyCall: (call, callback) => callback(null, {}),

  UnaryCall: (call, callback) => {
    const {fill_server_id: fill, response_size: size} = call.request;
    const metadata = echoMetadata(call);
    const status = failure(call.request);
    if (status) {
      callback({...status, metadata});
    } else {
      const id = fill ? `process ${process.pid}` : '';
      callback(null, {payload: zeros(size), server_id: id}, metadata);
    }
  },

  CacheableUnaryCall: (call, callback) => {
    const headers = new grpc.Metadata();
    headers.set('cache-control', 'max-age=60, public');
    call.sendMetadata(headers);
    callback(null, {payload: {body: Buffer.from(`${process.hrtime.bigint()}`)}});
  },

  StreamingOutputCall: (call) => stream(call, () => serveRequest(call, call.request)),

  StreamingInputCall: async (call, callback) => {
    const metadata = echoMetadata(call);
    let size = 0;
    for await (const request of requestsOf(call)) {
      const status = failure(request);
      if (status) {
        return callback({...status, metadata});
      }
      size += request.payload ? request.payload.body.length : 0;
    }
    callback(null, {aggregated_payload_size: size}, metadata);
  },

  FullDuplexCall: (call) => stream(call, async () => {
    for await (const request of requestsOf(call)) {
      await serveRequest(call, request);
    }
  }),

  HalfDuplexCall: (call) => stream(call, async () => {
    const requests = [];
    for await (const request of requestsOf(call)) {
      requests.push(request);
    }
    for (const request of requests) {
      await serveRequest(call, request);
    }
  }),

  // UnimplementedCall is not here: grpc-js answers it with UNIMPLEMENTED.
};

const {values: flags} = parseArgs({options: {port: {type: 'string'}}});
const server = new grpc.Server();
server.addService(testing.TestService.service, service);
server.bindAsync(`127.0.0.1:${flags.port}`, grpc.ServerCredentials.createInsecure(),
    (error, port) => {
      if (error) {
        throw error;
      }
      console.log('listening on port', port);
    });
