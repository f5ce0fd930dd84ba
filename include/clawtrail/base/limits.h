// SPDX-License-Identifier: Apache-2.0
// The one table of limits: every queue, line, batch, map, window and retry of the program, with the reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace clawtrail::limits {

inline constexpr std::size_t KiB = 1024;
inline constexpr std::size_t MiB = 1024 * KiB;

// --- intake
// -------------------------------------------------------------------------------------------------
/// A longer line becomes a truncated record and a `gap`. Agent logs hold lines of megabytes (tool output).
inline constexpr std::size_t kLineBytesMax = 16 * MiB;
/// Soft size of a raw batch: two L2 caches' worth, so that scan, parse and build find it warm.
inline constexpr std::size_t kBatchBytesSoft = 512 * KiB;
/// One batch may hold one oversized line, so its hard limit is the line's plus a soft batch.
inline constexpr std::size_t kBatchBytesMax = kLineBytesMax + kBatchBytesSoft;
inline constexpr std::size_t kBatchRecordsMax = 8192;
/// Raw batches between ingest and the lanes, and redacted batches before the appender. Full: ingest waits.
inline constexpr std::size_t kQueueBatchesMax = 8;
/// Hits of one scan call before the scanner reports "everything is a candidate" for the rest of the block.
inline constexpr std::size_t kHitsPerBlockMax = 1 << 20;
/// Nesting that the decoder follows; simdjson's own default is 1024.
inline constexpr std::size_t kJsonDepthMax = 512;
/// JSON in a JSON string in a JSON string …: levels that the redactor opens.
inline constexpr int kNestedJsonLevelsMax = 3;
/// `redactions` entries listed in one record; more are masked all the same, the rest is counted in the last
/// entry.
inline constexpr std::size_t kRedactionsPerRecordMax = 256;
/// Bytes of one classified field (path, command, reason, …); longer values are cut at a character border.
inline constexpr std::size_t kFieldBytesMax = 4 * KiB;

// --- secrets that span records
// -----------------------------------------------------------------------------------------
/// Records after the one that began a key block; a 16-kbit RSA key has 200 lines, but nobody logs one a line.
inline constexpr std::size_t kKeyBlockRecordsMax = 64;
inline constexpr std::size_t kKeyBlockMembersMax = 4;  ///< members of one record that hold the same block
/// Generations of one source with an open block; the oldest goes first.
inline constexpr std::size_t kOpenBlocksMax = 64;
/// The end of a streamed answer that is kept for its next part: longer than the token formats in use.
inline constexpr std::size_t kDeltaTailBytes = 128;
inline constexpr std::size_t kDeltaConversationsMax = 256;  ///< of one source; the longest silent goes first
/// What a restart reads again before its position: a key of 64 lines in records of a kilobyte, twice.
inline constexpr std::size_t kPrimeBytesMax = 128 * KiB;

// --- sources
// ------------------------------------------------------------------------------------------------
inline constexpr std::size_t kTailedFilesMax = 1024;    ///< identities that one file source remembers
inline constexpr std::size_t kTailedFilesOpenMax = 64;  ///< of these, descriptors held open
inline constexpr std::size_t kFingerprintBytes = 1024;  ///< head of a file that identifies it
inline constexpr std::size_t kTailProbeBytes = 64;      ///< bytes before the offset that must not change
inline constexpr std::chrono::milliseconds kRescanInterval{
    1000};  ///< glob again, if inotify has said nothing
inline constexpr std::size_t kZmqMessageBytesMax = kLineBytesMax;
inline constexpr int kZmqReceiveHighWater = 4096;  ///< messages ZeroMQ may hold; then the sender waits

// --- trail
// --------------------------------------------------------------------------------------------------
inline constexpr std::uint64_t kSegmentBytesDefault = 128 * MiB;
inline constexpr std::uint64_t kCheckpointRecordsMax = 1'000'000;
inline constexpr std::chrono::seconds kCheckpointInterval{30};
inline constexpr std::chrono::milliseconds kSyncIntervalDefault{50};
/// A line of the trail: the longest raw line, every byte escaped as \u00XX, and the header fields.
inline constexpr std::size_t kRecordBytesMax = 6 * kLineBytesMax + 64 * KiB;
inline constexpr std::size_t kReaderBlockBytes = 1 * MiB;

// --- alerts
// -------------------------------------------------------------------------------------------------
inline constexpr std::size_t kAlertRulesMax = 10'000;
inline constexpr std::size_t kAlertWindowEventsMax =
    100'000;                                           ///< instants one window holds; then it counts only
inline constexpr std::size_t kAlertKeysMax = 100'000;  ///< keys of one rule; the oldest goes first, counted
inline constexpr std::size_t kAlertSamplesMax = 3;
/// Events of one stream may come this much out of order; older ones are late: counted, not put into windows.
inline constexpr std::chrono::seconds kAlertLateness{60};
inline constexpr std::size_t kAlertStateBytesMax = 48 * MiB;  ///< all windows together; then keys go, counted
inline constexpr std::size_t kAlertSampleBytesMax =
    4 * KiB;                                           ///< a longer sample travels without its `details`
inline constexpr std::size_t kAlertStreamsMax = 2048;  ///< (source, generation) clocks that are remembered
inline constexpr std::size_t kAlertConditionBytesMax = 4 * KiB;
inline constexpr std::size_t kAlertConditionDepthMax = 32;  ///< nested parentheses and `not`
inline constexpr std::size_t kAlertByFieldsMax = 8;
inline constexpr std::size_t kNoticesPerRuleAndHour = 10;
inline constexpr std::size_t kOwnRecordsQueueMax = 1024;  ///< own records waiting for the appender
inline constexpr std::chrono::milliseconds kNotifyBackoffMin{500};
inline constexpr std::chrono::milliseconds kNotifyBackoffMax{60'000};

// --- scan: secrets at rest
// ---------------------------------------------------------------------------------------
inline constexpr int kScanDepthMax = 64;  ///< folders in folders; a deeper one is reported, not entered
/// More of one file is not read, so that a sparse file of petabytes ends some day.
inline constexpr std::uint64_t kScanFileBytesMax = std::uint64_t{1} << 40;
/// What a compressed file may become: so much, and so many times its size; logs compress 10 to 60 times.
inline constexpr std::uint64_t kScanExpandedBytesFree = 64 * MiB;
inline constexpr std::uint64_t kScanExpandedRatioMax = 250;
inline constexpr std::size_t kScanMembersMax = 1'000'000;      ///< of one archive
inline constexpr int kScanValueBytesMax = 32 << 20;            ///< a larger value of a database is reported
inline constexpr std::size_t kScanRepeatsMax = 100;            ///< places listed of one secret in one file
inline constexpr std::size_t kScanSecretsPerFileMax = 10'000;  ///< different ones listed of one file
inline constexpr std::size_t kScanNameBytesMax = 4 * KiB;  ///< of a path, member, table or column as shown
/// Findings the sidecar remembers as told; beyond it they are counted, and not recorded.
inline constexpr std::size_t kScanRememberedMax = 10'000;
/// Known secrets whose age is kept; the ones that are gone go first.
inline constexpr std::size_t kCredentialsMax = 1000;

// --- web
// ----------------------------------------------------------------------------------------------------
/// Label sets of one metric; the rest is counted together as "other". Rules and sources stay far below.
inline constexpr std::size_t kMetricLabelSetsMax = 2000;
inline constexpr std::size_t kHttpBodyBytesMax = 64 * MiB;
inline constexpr int kHttpThreads = 2;

// --- operator-written files
// ---------------------------------------------------------------------------------
inline constexpr std::size_t kConfigBytesMax = 8 * MiB;
inline constexpr std::size_t kDiagnosticsMax = 200;
inline constexpr std::size_t kKnownSecretBytesMin = 8;  ///< shorter values mask words, not secrets
inline constexpr std::size_t kKnownSecretBytesMax = 64 * KiB;

}  // namespace clawtrail::limits
