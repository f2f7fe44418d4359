#include "graph/engine_failure.hpp"

#include <new>

namespace roiflow {

EngineFailure engine_failure(const std::exception_ptr& error, const std::string& node) {
  const auto bug = [&](const std::string& what) {
    return EngineFailure{{ErrorCode::internal, node, "internal error: " + what}, true};
  };
  try {
    std::rethrow_exception(error);
  } catch (const Error& known) {
    if (known.code() != ErrorCode::device) return bug(known.what());
    return {{known.code(), node, known.what()}, false};
  } catch (const std::bad_alloc&) {
    return {{ErrorCode::device, node,
             "there is not enough memory for a batch's results (--batch, --lanes and --in-flight "
             "set how many images are under way)"},
            false};
  } catch (const std::exception& unknown) {
    return bug(unknown.what());
  } catch (...) {
    return bug("an exception of unknown type");
  }
}

}  // namespace roiflow
