#include "stages/evaluate/evaluation_rows.hpp"

#include <algorithm>
#include <numeric>

namespace roiflow {
namespace {

using Order = std::vector<std::uint32_t>;

Order identity(std::size_t rows) {
  Order order(rows);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

template <class T>
void gather(std::vector<T>& column, const Order& order, std::size_t width = 1) {
  if (column.empty()) return;
  std::vector<T> gathered;
  gathered.reserve(order.size() * width);
  for (const std::uint32_t row : order) {
    const auto begin = column.begin() + static_cast<std::ptrdiff_t>(row * width);
    gathered.insert(gathered.end(), begin, begin + static_cast<std::ptrdiff_t>(width));
  }
  column.swap(gathered);
}

/// The order of rows by ascending bucket, and where each bucket begins. Rows of no bucket are left
/// out.
struct Buckets {
  std::vector<std::size_t> first;  // [buckets + 1]
  Order order;
};

Buckets sort_into(std::span<const std::uint32_t> bucket_of, std::size_t buckets) {
  Buckets sorted;
  sorted.first.assign(buckets + 1, 0);
  for (const std::uint32_t bucket : bucket_of) {
    if (bucket != IdIndex::missing) ++sorted.first[bucket + 1];
  }
  std::partial_sum(sorted.first.begin(), sorted.first.end(), sorted.first.begin());
  sorted.order.resize(sorted.first.back());
  std::vector<std::size_t> next(sorted.first.begin(), sorted.first.end() - 1);
  for (std::size_t row = 0; row < bucket_of.size(); ++row) {
    if (bucket_of[row] == IdIndex::missing) continue;
    sorted.order[next[bucket_of[row]]++] = static_cast<std::uint32_t>(row);
  }
  return sorted;
}

void sort_images(TruthColumns& columns) {
  Order order = identity(columns.image_ids.size());
  const auto id = [&](std::uint32_t row) { return columns.image_ids[row]; };
  std::ranges::stable_sort(order, {}, id);
  Order last;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i + 1 == order.size() || id(order[i]) != id(order[i + 1])) last.push_back(order[i]);
  }
  gather(columns.image_ids, last);
  gather(columns.heights, last);
  gather(columns.widths, last);
}

/// [M] the last row with the same id, or nothing if every id is there once.
Order last_of_same_id(const std::vector<std::int64_t>& ids) {
  Order order = identity(ids.size());
  const auto id = [&](std::uint32_t row) { return ids[row]; };
  if (!std::ranges::is_sorted(ids)) std::ranges::stable_sort(order, {}, id);
  const auto same = [&](std::uint32_t a, std::uint32_t b) { return ids[a] == ids[b]; };
  if (std::ranges::adjacent_find(order, same) == order.end()) return {};
  Order last(ids.size());
  for (std::size_t i = order.size(); i-- > 0;) {
    const bool ends = i + 1 == order.size() || !same(order[i], order[i + 1]);
    last[order[i]] = ends ? order[i] : last[order[i + 1]];
  }
  return last;
}

std::vector<std::uint32_t> find_all(std::span<const std::int64_t> ids, const IdIndex& index) {
  std::vector<std::uint32_t> rows;
  rows.reserve(ids.size());
  for (const std::int64_t id : ids) rows.push_back(index.find(id));
  return rows;
}

/// Puts the last annotation of an id in the place of all; they come in the order of the images.
Buckets replace_by_last(const Buckets& sorted, const Order& last,
                        std::span<const std::uint32_t> images,
                        std::span<const std::uint32_t> categories) {
  Order rows;
  std::vector<std::uint32_t> image_of;
  for (const std::uint32_t row : sorted.order) {
    if (categories[row] == no_category) continue;  // getAnnIds asks the replaced one
    rows.push_back(last[row]);
    image_of.push_back(images[last[row]]);
  }
  Buckets replaced = sort_into(image_of, sorted.first.size() - 1);
  for (std::uint32_t& entry : replaced.order) entry = rows[entry];
  return replaced;
}

}  // namespace

IdIndex::IdIndex(std::span<const std::int64_t> ids) {
  if (ids.empty()) return;
  constexpr std::uint64_t most_dense = 1 << 20;
  const auto [least, most] = std::ranges::minmax(ids);
  const std::uint64_t range = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
  least_ = least;
  if (range < most_dense) dense_.assign(range + 1, missing);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto row = static_cast<std::uint32_t>(i);
    if (dense_.empty()) {
      sparse_.emplace(ids[i], row);
    } else {
      dense_[static_cast<std::uint64_t>(ids[i]) - static_cast<std::uint64_t>(least)] = row;
    }
  }
}

TruthColumns arrange(TruthRows rows) {
  TruthColumns& columns = rows.columns;
  sort_images(columns);
  auto& known = columns.category_ids;
  std::ranges::sort(known);
  known.erase(std::unique(known.begin(), known.end()), known.end());

  const auto images = find_all(rows.images, IdIndex(columns.image_ids));
  columns.categories = find_all(rows.categories, IdIndex(known));
  Buckets sorted = sort_into(images, columns.image_ids.size());
  if (const Order last = last_of_same_id(columns.ids); !last.empty()) {
    sorted = replace_by_last(sorted, last, images, columns.categories);
  }
  columns.first = std::move(sorted.first);
  const Order& order = sorted.order;
  if (order == identity(images.size())) return std::move(columns);
  gather(columns.ids, order);
  gather(columns.categories, order);
  gather(columns.boxes, order);
  gather(columns.areas, order);
  gather(columns.crowds, order);
  gather(columns.keypoints, order, 3 * columns.keypoints_per_object);
  gather(columns.keypoint_counts, order);
  if (columns.shapes.size() > 0) columns.shapes.rearrange(order);
  return std::move(columns);
}

ResultColumns arrange(ResultRows rows, std::size_t images) {
  ResultColumns& columns = rows.columns;
  columns.image_processed.assign(images, 1);
  const std::size_t detections = rows.images.size();
  Buckets sorted = sort_into(rows.images, images);
  columns.first = std::move(sorted.first);
  if (std::ranges::is_sorted(rows.images)) return std::move(columns);
  const Order& order = sorted.order;
  gather(columns.categories, order);
  gather(columns.scores, order);
  gather(columns.boxes, order);
  gather(columns.areas, order);
  gather(columns.keypoints, order, columns.keypoints.size() / std::max<std::size_t>(1, detections));
  if (columns.shapes.size() > 0) columns.shapes.rearrange(order);
  return std::move(columns);
}

}  // namespace roiflow
