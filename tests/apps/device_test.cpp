/// Where networks run, as users say it.
#include "apps/device.hpp"

#include <optional>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "tests/support/program.hpp"

namespace roiflow::test {
namespace {

DeviceChoice choice_of(const std::vector<std::string>& arguments, bool lists = false) {
  Options options("test", "A test.", "roiflow test");
  add_device_options(options, lists);
  return device_choice(*options.parse(arguments));
}

void check_refused(const std::vector<std::string>& arguments, const std::string& part) {
  CAPTURE(part);
  try {
    (void)choice_of(arguments);
    FAIL_CHECK("not refused");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    CHECK_MESSAGE(std::string(error.what()).find(part) != std::string::npos, error.what());
  }
}

}  // namespace

TEST_CASE("device options: what they mean") {
  const DeviceChoice cpu = choice_of({});
  CHECK_FALSE(cpu.cuda);
  CHECK(cpu.device() == "cpu");
  CHECK(cpu.precision() == "f32");
  const DeviceChoice cuda = choice_of({"--device", "cuda"});
  CHECK(cuda.cuda);
  CHECK(cuda.device() == "cuda:0");
  CHECK(cuda.precision() == "f16");
  CHECK(cuda.gpu.batch == 4);
  CHECK(cuda.gpu.lanes == 2);
  CHECK_FALSE(cuda.gpu.tune);
  const DeviceChoice all = choice_of({"--device", "cuda:3,0", "--precision", "bf16", "--batch",
                                      "16", "--lanes", "3", "--plans", "p.json", "--tune"});
  CHECK(all.gpu.devices == std::vector{3, 0});
  CHECK(all.device() == "cuda:3,0");
  CHECK(all.gpu.precision == Precision::bf16);
  CHECK(all.gpu.batch == 16);
  CHECK(all.gpu.lanes == 3);
  CHECK(all.plans == "p.json");
  CHECK(all.gpu.tune);
  CHECK(choice_of({"--device", "cuda", "--precision", "tf32"}).gpu.precision == Precision::tf32);
  CHECK(choice_of({"--device", "cuda", "--batch", "4", "2"}, true).gpu.batch == 4);
}

TEST_CASE("device options: what makes no sense is refused, and why") {
  for (const char* device : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1,", "cuda:,1", "cuda:1x",
                             "cuda:5000000000", "CUDA", ""}) {
    CAPTURE(device);
    check_refused({"--device", device}, "expected cpu, cuda or cuda:N[,M...]");
  }
  check_refused({"--device", "cuda:1,0,1"}, "GPU 1 is named twice");
  check_refused({"--precision", "int8"}, "expected f32, tf32, f16 or bf16, found 'int8'");
  check_refused({"--precision", "f16"}, "not available on --device cpu");
  check_refused({"--batch", "4"}, "--batch has no effect on --device cpu");
  check_refused({"--lanes", "1"}, "--lanes has no effect on --device cpu");
  check_refused({"--plans", "f"}, "--plans has no effect on --device cpu");
  check_refused({"--tune"}, "--tune has no effect on --device cpu");
  check_refused({"--device", "cuda", "--batch", "0"}, "--batch must be 1 .. ");
  check_refused({"--device", "cuda", "--lanes", "100"}, "--lanes must be 1 .. ");
}

TEST_CASE("device options: a GPU that is not there") {
  const GpuInfo one{
      .index = 0, .name = "NVIDIA H200", .major = 9, .minor = 0, .memory_bytes = 150'000'000'000};
  const DeviceChoice both = choice_of({"--device", "cuda:0,1"});
  try {
    require_gpus(both, std::span(&one, 1), "CUDA 13.0");
    FAIL("not refused");
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(error.code() == ErrorCode::device);
    for (const char* part :
         {"looked for GPU 1", "CUDA 13.0", "cuda:0: NVIDIA H200, 150 GB, compute capability 9.0"}) {
      CHECK_MESSAGE(text.find(part) != std::string::npos, text);
    }
  }
  CHECK_THROWS_AS(require_gpus(both, {}, "none"), Error);
  CHECK_NOTHROW(require_gpus(choice_of({"--device", "cuda"}), std::span(&one, 1), "CUDA 13.0"));
  CHECK_NOTHROW(require_gpus(choice_of({}), {}, "none"));
}

TEST_CASE("device options: the version page says what this build can use") {
  const ProgramResult version = roiflow("--version");
  CHECK(version.code == 0);
  CHECK_MESSAGE(version.text.find("GPU backend " + gpu_backend_text()) != std::string::npos,
                version.text);
}

}  // namespace roiflow::test
