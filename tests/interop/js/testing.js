// What server.js and client.js share: the package grpc.testing, from the proto below the folder that
// the environment's PROTOS names, and whether a message came compressed.
'use strict';
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const {CompressionFilter} = require('@grpc/grpc-js/build/src/compression-filter');
const {BaseServerInterceptingCall} = require('@grpc/grpc-js/build/src/server-interceptors');

const definition = loader.loadSync('grpc/testing/test.proto', {
  includeDirs: [process.env.PROTOS],
  keepCase: true,
  defaults: true,
});

// grpc-js does not say whether a message came compressed, so that its flag, the first byte, is noted
// where grpc-js takes the message out of its frame, and handed on to what is parsed from it. Of all
// versions, the lock file names the one that this was written for; were another otherwise inside,
// the cases of compression would fail.
const compressed = new WeakMap();

function noteFlag(prototype, name) {
  const original = prototype[name];
  prototype[name] = async function (frame, ...rest) {
    const bytes = await frame;
    const message = await original.call(this, bytes, ...rest);
    compressed.set(message, bytes.readUInt8(0) === 1);
    return message;
  };
}
noteFlag(CompressionFilter.prototype, 'receiveMessage');
noteFlag(BaseServerInterceptingCall.prototype, 'decompressMessage');

function handOn(method, name) {
  const deserialize = method[name];
  method[name] = (bytes) => {
    const message = deserialize(bytes);
    compressed.set(message, compressed.get(bytes));
    return message;
  };
}
for (const method of Object.values(definition['grpc.testing.TestService'])) {
  handOn(method, 'requestDeserialize');
  handOn(method, 'responseDeserialize');
}

module.exports = {
  grpc,
  testing: grpc.loadPackageDefinition(definition).grpc.testing,
  wasCompressed: (message) => compressed.get(message),
  zeros: (size) => ({body: Buffer.alloc(size)}),
};
