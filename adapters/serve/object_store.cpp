#include "adapters/serve/object_store.hpp"

#include <algorithm>

#include "adapters/http/json_field.hpp"
#include "adapters/serve/printers.hpp"

namespace akstwin {
namespace {

std::size_t weight(const LogEntry& entry) { return 256 + (entry.before ? entry.before->text.size() + entry.before->cells.size() + 256 : 0); }

std::string scalar_text(const Json& object, std::initializer_list<const char*> path) {
  const Json* at = find_in(object, path);
  if (at == nullptr) return {};
  return at->is_string() ? at->get<std::string>() : at->is_boolean() || at->is_number() ? at->dump() : std::string();
}

/// Field labels that kube-apiserver 1.32 knows of a kind (pkg/apis/*/v1/conversion.go), metadata.name and metadata.namespace apart.
TextPairs fields_of(const ResourceKind& kind, const Json& object) {
  TextPairs fields{{"metadata.name", scalar_text(object, {"metadata", "name"})}, {"metadata.namespace", scalar_text(object, {"metadata", "namespace"})}};
  const auto add = [&](const char* name, std::string value) { fields.emplace_back(name, std::move(value)); };
  if (kind.kind == "Pod") {
    add("spec.nodeName", scalar_text(object, {"spec", "nodeName"}));
    add("status.phase", scalar_text(object, {"status", "phase"}));
    add("spec.restartPolicy", scalar_text(object, {"spec", "restartPolicy"}));
    add("spec.schedulerName", scalar_text(object, {"spec", "schedulerName"}));
    add("spec.serviceAccountName", scalar_text(object, {"spec", "serviceAccountName"}));
    add("spec.hostNetwork", scalar_text(object, {"spec", "hostNetwork"}) == "true" ? "true" : "false");
    add("status.podIP", scalar_text(object, {"status", "podIP"}));
    add("status.nominatedNodeName", scalar_text(object, {"status", "nominatedNodeName"}));
  } else if (kind.kind == "Event") {
    for (const char* part : {"kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"})
      add((std::string("involvedObject.") + part).c_str(), scalar_text(object, {object.contains("regarding") ? "regarding" : "involvedObject", part}));
    add("reason", scalar_text(object, {"reason"}));
    add("reportingComponent", scalar_text(object, {"reportingComponent"}));
    add("source", scalar_text(object, {"source", "component"}));
    add("type", scalar_text(object, {"type"}));
  } else if (kind.kind == "Node") {
    add("spec.unschedulable", scalar_text(object, {"spec", "unschedulable"}) == "true" ? "true" : "false");
  } else if (kind.kind == "Namespace") {
    add("status.phase", scalar_text(object, {"status", "phase"}));
  } else if (kind.kind == "Secret") {
    add("type", scalar_text(object, {"type"}));
  } else if (kind.kind == "ReplicaSet" || kind.kind == "Job") {
    add(kind.kind == "Job" ? "status.successful" : "status.replicas", scalar_text(object, {"status", kind.kind == "Job" ? "succeeded" : "replicas"}));
  } else if (kind.kind == "Service") {
    add("spec.clusterIP", scalar_text(object, {"spec", "clusterIP"}));
    add("spec.type", scalar_text(object, {"spec", "type"}));
  }
  return fields;
}

TextPairs labels_of(const Json& object) {
  TextPairs labels;
  const auto metadata = object.find("metadata");
  if (metadata == object.end()) return labels;
  const auto found = metadata->find("labels");
  if (found == metadata->end() || !found->is_object()) return labels;
  for (const auto& [key, value] : found->items()) labels.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
  return labels;
}

/// Invalid UTF-8 never gets as far as here, but a dump must not throw for it either.
std::string dumped(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

StoredObject at_version(StoredObject object, std::uint64_t version) {
  const std::string was = "\"resourceVersion\":\"" + std::to_string(object.version) + "\"", is = "\"resourceVersion\":\"" + std::to_string(version) + "\"";
  // Metadata is sorted by key: what clients name freely (annotations, labels, managedFields, ownerReferences) stands before.
  object.text.replace(object.text.rfind(was, object.metadata_end), was.size(), is);
  object.metadata_end = static_cast<std::uint32_t>(object.metadata_end + is.size() - was.size());
  object.version = version;
  return object;
}

StoredObject stored_form(const ResourceKind& kind, Json object, std::uint64_t version) {
  object["metadata"]["resourceVersion"] = std::to_string(version);
  StoredObject out;
  out.version = version;
  out.labels = labels_of(object);
  out.fields = fields_of(kind, object);
  out.cells = table_cells(kind, object);
  const std::string head = "{\"kind\":\"" + std::string(kind.kind) + "\",\"apiVersion\":\"" + kind.api_version() + "\",";
  out.item_begin = static_cast<std::uint32_t>(head.size());
  out.text = head + "\"metadata\":";
  out.metadata_begin = static_cast<std::uint32_t>(out.text.size());
  out.text += dumped(object["metadata"]);
  out.metadata_end = static_cast<std::uint32_t>(out.text.size());
  for (const auto& [key, value] : object.items())
    if (key != "kind" && key != "apiVersion" && key != "metadata") out.text += ",\"" + key + "\":" + dumped(value);
  out.text += "}";
  return out;
}

const StoredObject* ObjectTable::find(std::string_view key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : &found->second.object;
}

std::uint64_t ObjectTable::after(std::uint64_t version) const {
  const auto found = std::ranges::upper_bound(log_, version, {}, &LogEntry::version);
  return first_ + static_cast<std::uint64_t>(found - log_.begin());
}

const StoredObject& ObjectTable::made(std::uint64_t number) const {
  const LogEntry& here = entry(number);
  return here.replaced_by == 0 ? objects_.find(here.key)->second.object : *entry(here.replaced_by).before;
}

std::map<std::string_view, const StoredObject*> ObjectTable::changed_since(std::uint64_t version) const {
  std::map<std::string_view, const StoredObject*> out;
  for (std::uint64_t number = after(version); number < end(); ++number) out.try_emplace(entry(number).key, entry(number).before ? &*entry(number).before : nullptr);
  return out;
}

/// The next entry owns what was there.
StoredObject ObjectTable::replace(KeptObject& kept, StoredObject next) {
  if (kept.made_by >= first_) log_[static_cast<std::size_t>(kept.made_by - first_)].replaced_by = end();
  kept.made_by = end();
  return std::exchange(kept.object, std::move(next));
}

void ObjectTable::append(LogEntry entry, std::size_t keep_bytes) {
  log_bytes_ += weight(entry);
  log_.push_back(std::move(entry));
  while (log_bytes_ > keep_bytes && log_.size() > 1) forget_first();
}

void ObjectTable::forget_first() {
  log_bytes_ -= weight(log_.front());
  forgotten_ = log_.front().version;
  log_.pop_front();
  ++first_;
}

ObjectCursor::ObjectCursor(const ObjectTable& table, std::uint64_t version, std::string prefix, std::string_view after)
    : prefix_(std::move(prefix)), present_(table.objects()), changed_(table.changed_since(version)) {
  now_ = after.empty() ? present_.lower_bound(prefix_) : present_.upper_bound(after);
  then_ = after.empty() ? changed_.lower_bound(prefix_) : changed_.upper_bound(after);
  settle();
}

void ObjectCursor::next() {
  if (past_) ++then_;
  else ++now_;
  settle();
}

/// Moves to the lesser of the two; what changed since hides what is there now.
void ObjectCursor::settle() {
  const auto ours = [&](const auto& map, auto at) { return at != map.end() && at->first.starts_with(prefix_); };
  for (object_ = nullptr; object_ == nullptr;) {
    const bool now = ours(present_, now_), then = ours(changed_, then_);
    if (!now && !then) return;
    past_ = then && (!now || then_->first <= now_->first);
    if (!past_) {
      key_ = now_->first;
      object_ = &now_->second.object;
      return;
    }
    if (now && now_->first == then_->first) ++now_;
    key_ = then_->first;
    object_ = then_->second;
    if (object_ == nullptr) ++then_;   // it was not there
  }
}

ObjectStore::ObjectStore(std::size_t keep_bytes) : keep_bytes_(keep_bytes), tables_(resource_kinds().size()) {}

std::string ObjectStore::key_of(const Json& object) {
  const Json& metadata = object.at("metadata");
  const std::string name = metadata.value("name", "");
  const std::string name_space = metadata.value("namespace", "");
  return name_space.empty() ? name : name_space + "/" + name;
}

std::uint64_t ObjectStore::put(int kind, Json object) {
  ObjectTable& table = tables_[static_cast<std::size_t>(kind)];
  const std::string key = key_of(object);
  const auto known = table.objects_.find(key);
  const ResourceKind& row = resource_kinds()[static_cast<std::size_t>(kind)];
  const std::uint64_t old_version = known == table.objects_.end() ? version_ : known->second->version;
  StoredObject next = stored_form(row, std::move(object), old_version);
  if (known != table.objects_.end() && next.text == known->second->text) return old_version;
  next = at_version(std::move(next), ++version_);
  LogEntry entry{LogEntry::Type::Added, false, key, version_, std::nullopt};
  if (known == table.objects_.end()) {
    table.objects_.emplace(key, KeptObject{std::move(next), table.end()});
  } else {
    entry.type = LogEntry::Type::Modified;
    entry.moved = known->second->labels != next.labels || known->second->fields != next.fields;
    entry.before = table.replace(known->second, std::move(next));
  }
  table.append(std::move(entry), keep_bytes_);
  return version_;
}

bool ObjectStore::erase(int kind, std::string_view key) {
  ObjectTable& table = tables_[static_cast<std::size_t>(kind)];
  const auto known = table.objects_.find(key);
  if (known == table.objects_.end()) return false;
  LogEntry entry{LogEntry::Type::Deleted, false, known->first, ++version_, table.replace(known->second, {})};
  table.objects_.erase(known);
  table.append(std::move(entry), keep_bytes_);
  return true;
}

void ObjectStore::compact() {
  for (ObjectTable& table : tables_) {
    while (!table.log_.empty()) table.forget_first();
    table.forgotten_ = version_;   // also where nothing has changed since
  }
}

Json ObjectStore::get(int kind, std::string_view key) const {
  const StoredObject* object = table(kind).find(key);
  return object == nullptr ? Json() : Json::parse(object->text);
}

}  // namespace akstwin
