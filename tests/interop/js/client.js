// The cases of gRPC's interop tests on grpc-js: client.js --server_host=H --server_port=N
// --test_case=NAME, and the soak flags. Exits with 0 only if the case's assertions hold.
'use strict';
const assert = require('assert').strict;
const {setTimeout: sleep} = require('timers/promises');
const {parseArgs} = require('util');
const {grpc, testing, wasCompressed, zeros} = require('./testing');

const REQUESTS = [27182, 8, 1828, 45904];
const RESPONSES = [31415, 9, 2653, 58979];
const GZIP = {'grpc.default_compression_algorithm': 2};
const NO_COMPRESS = 2; // A write's flag, of gRPC's WriteFlags.

const options = {server_host: {type: 'string', default: 'localhost'}};
for (const name of ['server_port', 'test_case']) {
  options[name] = {type: 'string'};
}
for (const [name, value] of [['soak_iterations', 10], ['soak_max_failures', 0],
  ['soak_per_iteration_max_acceptable_latency_ms', 1000], ['soak_overall_timeout_seconds', 10],
  ['soak_min_time_ms_between_rpcs', 0], ['iteration_interval', 10]]) {
  options[name] = {type: 'string', default: `${value}`};
}
const flags = parseArgs({options}).values;

function connect(channelOptions = {}, service = testing.TestService) {
  return new service(`${flags.server_host}:${flags.server_port}`,
      grpc.credentials.createInsecure(), {'grpc.use_local_subchannel_pool': 1, ...channelOptions});
}

function metadataOf(entries) {
  const metadata = new grpc.Metadata();
  Object.entries(entries).forEach(([key, value]) => metadata.set(key, value));
  return metadata;
}

// A unary call's response, initial and trailing metadata; rejects with the status where that is not
// OK.
function unary(client, method, request, {metadata = {}, ...callOptions} = {}) {
  return new Promise((resolve, reject) => {
    const result = {};
    client[method](request, metadataOf(metadata), callOptions, (error, response) => {
      result.response = response;
      result.error = error;
    }).on('metadata', (initial) => {
      result.initial = initial;
    }).on('status', ({metadata: trailing}) => {
      // It comes before the callback.
      setImmediate(() => result.error ? reject(result.error) : resolve({...result, trailing}));
    });
  });
}

function large(client, fields = {}, callOptions = {}) {
  const request = {response_size: 314159, payload: zeros(271828), ...fields};
  return unary(client, 'UnaryCall', request, callOptions).then((result) => {
    assertZeros(result.response, 314159);
    return result;
  });
}

function assertZeros(response, size) {
  assert(response.payload.body.equals(Buffer.alloc(size)), `the response is not ${size} zeros`);
}

// The sizes are those of the responses, of which there are no more.
async function assertResponses(call, sizes) {
  const left = [...sizes];
  for await (const response of call) {
    assert(left.length > 0, 'more responses than expected');
    assertZeros(response, left.shift());
  }
  assert.equal(left.length, 0, 'fewer responses than expected');
}

// A StreamingInputCall: the client's writer, and a promise of the response.
function input(client) {
  let call;
  const response = new Promise((resolve, reject) => {
    call = client.StreamingInputCall((error, value) => error ? reject(error) : resolve(value));
  });
  return {call, response};
}

function ping(requestSize, responseSize) {
  return {response_parameters: [{size: responseSize}], payload: zeros(requestSize)};
}

const fails = (promise, code) => assert.rejects(promise, {code});

async function soak(clientOf) {
  const end = Date.now() + flags.soak_overall_timeout_seconds * 1000;
  let done = 0;
  let failures = 0;
  for (; done < flags.soak_iterations && Date.now() < end; done++) {
    const begin = Date.now();
    const passed = await large(clientOf(), {}, {deadline: end}).then(() => true, () => false);
    const late = Date.now() - begin > flags.soak_per_iteration_max_acceptable_latency_ms;
    failures += !passed || late;
    await sleep(Math.max(0, begin + Number(flags.soak_min_time_ms_between_rpcs) - Date.now()));
  }
  assert.equal(done, Number(flags.soak_iterations), 'too few iterations in time');
  assert(failures <= flags.soak_max_failures, `${failures} failures`);
}

const cases = {
  async empty_unary(client) {
    assert.deepEqual((await unary(client, 'EmptyCall', {})).response, {});
  },

  large_unary: large,

  async cacheable_unary(client) {
    const request = {payload: {body: Buffer.from(`${process.hrtime.bigint()}`)}};
    const bodies = [];
    for (let i = 0; i < 2; i++) {
      const {response} = await unary(client, 'CacheableUnaryCall', request,
          {metadata: {'x-user-ip': '1.2.3.4'}});
      bodies.push(response.payload.body);
    }
    assert(bodies[0].length > 0 && bodies[0].equals(bodies[1]), 'not from a cache');
  },

  async client_compressed_unary(client) {
    await fails(large(client, {expect_compressed: {value: true}}), grpc.status.INVALID_ARGUMENT);
    await large(connect(GZIP), {expect_compressed: {value: true}});
    await large(client, {expect_compressed: {value: false}});
  },

  async server_compressed_unary(client) {
    for (const value of [true, false]) {
      const {response} = await large(client, {response_compressed: {value}});
      assert.equal(wasCompressed(response), value);
    }
  },

  async client_streaming(client) {
    const {call, response} = input(client);
    REQUESTS.forEach((size) => call.write({payload: zeros(size)}));
    call.end();
    assert.equal((await response).aggregated_payload_size, 74922);
  },

  async client_compressed_streaming(client) {
    const probe = input(client);
    probe.call.end({expect_compressed: {value: true}, payload: zeros(27182)});
    await fails(probe.response, grpc.status.INVALID_ARGUMENT);

    const {call, response} = input(connect(GZIP));
    await new Promise((sent) =>
      call.write({expect_compressed: {value: true}, payload: zeros(27182)}, sent));
    // Past Writable.write, which refuses an encoding that is a number before Node.js 20.
    await new Promise((sent) =>
      call._write({expect_compressed: {value: false}, payload: zeros(45904)}, NO_COMPRESS, sent));
    call.end();
    assert.equal((await response).aggregated_payload_size, 73086);
  },

  server_streaming(client) {
    const parameters = RESPONSES.map((size) => ({size}));
    return assertResponses(client.StreamingOutputCall({response_parameters: parameters}),
        RESPONSES);
  },

  async server_compressed_streaming(client) {
    const expected = [[31415, true], [92653, false]];
    const parameters = expected.map(([size, value]) => ({size, compressed: {value}}));
    for await (const response of client.StreamingOutputCall({response_parameters: parameters})) {
      const [size, compressed] = expected.shift();
      assertZeros(response, size);
      assert.equal(wasCompressed(response), compressed);
    }
    assert.equal(expected.length, 0);
  },

  async slow_consumer(client) {
    const parameters = new Array(2000).fill({size: 1030});
    let count = 0;
    for await (const response of client.StreamingOutputCall({response_parameters: parameters})) {
      assertZeros(response, 1030);
      if (++count % 40 === 0) {
        await sleep(20);
      }
    }
    assert.equal(count, 2000);
  },

  async ping_pong(client) {
    const call = client.FullDuplexCall();
    let next = 0;
    const write = () => next < 4 ? call.write(ping(REQUESTS[next], RESPONSES[next])) : call.end();
    write();
    for await (const response of call) {
      assertZeros(response, RESPONSES[next]);
      next++;
      write();
    }
    assert.equal(next, 4);
  },

  empty_stream(client) {
    const call = client.FullDuplexCall();
    call.end();
    return assertResponses(call, []);
  },

  half_duplex(client) {
    const call = client.HalfDuplexCall();
    RESPONSES.forEach((size) => call.write({response_parameters: [{size}]}));
    call.end();
    return assertResponses(call, RESPONSES);
  },

  async custom_metadata(client) {
    const initial = 'x-grpc-test-echo-initial';
    const trailing = 'x-grpc-test-echo-trailing-bin';
    const metadata = {[initial]: 'test_initial_metadata_value',
      [trailing]: Buffer.from([0xab, 0xab, 0xab])};
    const check = (result) => {
      assert.deepEqual(result.initial.get(initial), [metadata[initial]]);
      assert.deepEqual(result.trailing.get(trailing), [metadata[trailing]]);
    };
    check(await large(client, {}, {metadata}));

    const result = {};
    const call = client.FullDuplexCall(metadataOf(metadata));
    call.on('metadata', (received) => {
      result.initial = received;
    });
    const status = new Promise((resolve) => call.on('status', resolve));
    call.end(ping(271828, 314159));
    await assertResponses(call, [314159]);
    result.trailing = (await status).metadata;
    check(result);
  },

  async status_code_and_message(client) {
    const status = {code: 2, message: 'test status message'};
    const expected = {code: status.code, details: status.message};
    await assert.rejects(unary(client, 'UnaryCall', {response_status: status}), expected);
    const call = client.FullDuplexCall();
    call.end({response_status: status});
    await assert.rejects(assertResponses(call, []), expected);
  },

  special_status_message(client) {
    const message =
        '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n';
    return assert.rejects(unary(client, 'UnaryCall', {response_status: {code: 2, message}}),
        {code: 2, details: message});
  },

  unimplemented_method: (client) =>
    fails(unary(client, 'UnimplementedCall', {}), grpc.status.UNIMPLEMENTED),

  unimplemented_service: () => fails(
      unary(connect({}, testing.UnimplementedService), 'UnimplementedCall', {}),
      grpc.status.UNIMPLEMENTED),

  cancel_after_begin(client) {
    const {call, response} = input(client);
    call.cancel();
    return fails(response, grpc.status.CANCELLED);
  },

  async cancel_after_first_response(client) {
    const call = client.FullDuplexCall();
    call.write(ping(27182, 31415));
    let responses = 0;
    await fails((async () => {
      for await (const response of call) {
        assertZeros(response, 31415);
        responses++;
        call.cancel();
      }
    })(), grpc.status.CANCELLED);
    assert.equal(responses, 1);
  },

  timeout_on_sleeping_server(client) {
    const call = client.FullDuplexCall({deadline: Date.now() + 1});
    call.write({payload: zeros(27182)});
    return fails(assertResponses(call, []), grpc.status.DEADLINE_EXCEEDED);
  },

  async pick_first_unary(client) {
    const ids = new Set();
    for (let i = 0; i < 100; i++) {
      const {response} = await unary(client, 'UnaryCall', {fill_server_id: true});
      ids.add(response.server_id);
    }
    assert(ids.size === 1 && !ids.has(''), `the calls reached ${[...ids]}`);
  },

  rpc_soak: (client) => soak(() => client),

  channel_soak(client) {
    return soak(() => {
      client.close();
      client = connect();
      return client;
    });
  },

  async long_lived_channel(client) {
    for (let i = 0; i < flags.soak_iterations; i++) {
      await sleep(i > 0 ? flags.iteration_interval * 1000 : 0);
      await large(client);
    }
  },
};

async function main() {
  assert(flags.test_case in cases, `there is no case ${flags.test_case}`);
  await cases[flags.test_case](connect());
  process.exit(0); // Channels would keep it.
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
