/**
 * Built-in scenarios that people may have links to: every version's hash (hash.ts), oldest first. A test holds each of them to be
 * there, as the present file or as one kept in scenarios/released/ID/HASH.json. When a release is made, the hash of each
 * scenario that is new or has changed is added here; before a listed one is changed, its file is kept.
 */
export const released: Readonly<Record<string, readonly string[]>> = {
  'livelock-and-its-cure': ['57111cc9422b0bf61d5c895887810c79131888fcb9caa96cc3177f5ccf681d0f'],
  'one-queue-and-rps': ['0729d358bc8274d7d0502a739c9ecf45da16de80016919f2a571c7ca6efa7193'],
  'rfs-follows-an-application': ['61f40ea9e6feb9f360220fb4b50e324096967c973fdb867d1267c75347d7dcd4'],
  'time-squeeze': ['48190ca331d23ee5d3e3babf8f36fdfb3e0b89828149270aeaa2311ddbc22535'],
  'two-interfaces-one-flooded': ['64c133b2ba9824d702742b5a70774dc3f7bdd2cbe5158d797d24cfe62734a4ce'],
  'a-frame-arrives': ['6698f5ff1eb7e7a2513a40d2f883f83970b9782b93dd5e2bed6fea48d104baf7'],
  'a-ring-overflows': ['2795e6fe2418f479570ce454ade173e6eec9507110bfcb667e030302bb144ef5'],
  'gro-builds-a-train': ['8fdf17f22c4ca277a2a32ff84555f81a0bad49df0252b7a583451a35b17c95e6'],
  'jumbo-frames': ['1355ea5a0d720b7ba9d5c9f364e69101000bed7f9820452976cfd7276d1e39d9'],
  'napi-light-and-heavy-load': ['d927e30e7f9305713718453cb44f4d5fd3673acd3ff68627285c9a9acea13e27'],
  'rss-spreads-flows': ['d7d115306e6d67f4869cda2587735c966791795f01a53847df24fc02eb18d9d2'],
  'the-67-ns-budget': ['c63d7be2e47f19eb3755695af8fcbaee424bee17bbaff05b2465c696fd2c476a'],
};
