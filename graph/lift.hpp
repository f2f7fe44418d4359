/// Turns a plain stage function, `U stage(const T&)` or `U stage(const T&, const Source&)`, into
/// the body of a flow graph node, `Token<U> body(const Token<T>&)`. A stage that gives Noted<U> has
/// something to say about the image, which the token carries to the sink.
///
/// This is the only place that catches: an Error becomes the token's Failure with the name of the
/// node, and so does a lack of memory, which one huge image may cause and the next one not; a frame
/// that already failed is passed on untouched. Anything else that is thrown is a bug or a dead
/// device: it escapes, cancels the graph and is rethrown by wait_for_all().
#pragma once

#include <concepts>
#include <new>
#include <type_traits>
#include <utility>

#include "graph/node_probe.hpp"
#include "graph/token.hpp"

namespace roiflow {

template <class U>
struct Noted {
  U value;
  ImageNotes notes;
};

/// Calls a stage with as much as it wants to know.
template <class Stage, class T>
auto call_stage(const Stage& stage, const T& value, const Source& source) {
  if constexpr (std::invocable<const Stage&, const T&, const Source&>) {
    return stage(value, source);
  } else {
    return stage(value);
  }
}

template <class U>
struct WithoutNotes {
  using type = U;
};
template <class U>
struct WithoutNotes<Noted<U>> {
  using type = U;
};

template <class Stage, class T>
using StageResult = typename WithoutNotes<decltype(call_stage(
    std::declval<const Stage&>(), std::declval<const T&>(), std::declval<const Source&>()))>::type;

template <class U, class T>
Token<U> next_token(const Token<T>& token, U result) {
  return token.with(std::move(result));
}
template <class U, class T>
Token<U> next_token(const Token<T>& token, Noted<U> result) {
  Token<U> next = token.with(std::move(result.value));
  if (result.notes.empty()) return next;
  return next.with_notes(std::make_shared<const ImageNotes>(std::move(result.notes)));
}

/// `probe` must outlive the body.
template <class T, class Stage>
auto lift(const NodeProbe& probe, Stage stage) {
  using U = StageResult<Stage, T>;
  return [&probe, stage = std::move(stage)](const Token<T>& token) -> Token<U> {
    const ProbeScope scope(probe, token.source().record.id);
    if (!token.ok()) return token.template failed<U>(token.failure());
    try {
      return next_token<U>(token, call_stage(stage, token.value(), token.source()));
    } catch (const Error& error) {
      return token.template failed<U>({error.code(), probe.stats->name(), error.what()});
    } catch (const std::bad_alloc&) {
      return token.template failed<U>({ErrorCode::bad_data, probe.stats->name(),
                                       "there is not enough memory for this image (--in-flight and "
                                       "--workers set how many are under way)"});
    }
  };
}

}  // namespace roiflow
