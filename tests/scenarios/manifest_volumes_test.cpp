#include <catch2/catch.hpp>

#include "tests/scenarios/reading.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

ManifestSet read(const std::string& manifest) {
  const Folder folder("manifest-volumes");
  folder.write("s.yaml", kHeader + kCluster + "  workloads: [{cluster: aks, from: [m]}]\n");
  folder.write("m/a.yaml", manifest);
  const Loaded loaded = folder.load("s.yaml");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  return loaded.scenario->workloads[0].manifests;
}

const std::string kPod = "    metadata: {labels: {app: db}}\n    spec: {containers: [{name: db, image: db:1}]}\n";

}  // namespace

TEST_CASE("A storage class says when its volumes are bound and whether they have a zone") {
  const std::string head = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\n";
  const ManifestSet set = read(head + "metadata: {name: lrs}\nprovisioner: disk.csi.azure.com\nvolumeBindingMode: WaitForFirstConsumer\n---\n" + head +
                               "metadata: {name: zrs}\nprovisioner: disk.csi.azure.com\nparameters: {skuName: Premium_ZRS}\n---\n" + head +
                               "metadata: {name: files, annotations: {storageclass.kubernetes.io/is-default-class: \"true\"}}\nprovisioner: file.csi.azure.com\n");
  REQUIRE(set.storage_classes.size() == 3);
  CHECK(set.storage_classes[0].wait_for_consumer);
  CHECK(set.storage_classes[0].zonal);
  CHECK_FALSE(set.storage_classes[1].wait_for_consumer);   // the API's default is Immediate
  CHECK_FALSE(set.storage_classes[1].zonal);
  CHECK_FALSE(set.storage_classes[2].zonal);
  CHECK(set.storage_classes[2].is_default);
}

TEST_CASE("A claim, and the claim templates of a StatefulSet, carry class and size") {
  const ManifestSet set = read(
      "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: backup, namespace: shop}\n"
      "spec: {storageClassName: files, accessModes: [ReadWriteMany], resources: {requests: {storage: 5Gi}}}\n---\n"
      "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: shop}\nspec:\n  serviceName: db\n  selector: {matchLabels: {app: db}}\n  template:\n" +
      kPod +
      "  volumeClaimTemplates:\n    - metadata: {name: data}\n      spec: {accessModes: [ReadWriteOnce], storageClassName: managed-csi, resources: {requests: {storage: 64Gi}}}\n");
  REQUIRE(set.volume_claims.size() == 1);
  CHECK(set.volume_claims[0].name_space == Name("shop"));
  CHECK(set.volume_claims[0].storage_class == Name("files"));
  CHECK(set.volume_claims[0].size == Bytes{5LL << 30});
  REQUIRE(set.workloads.size() == 1);
  REQUIRE(set.workloads[0].volume_claim_templates.size() == 1);
  CHECK(set.workloads[0].volume_claim_templates[0].name == Name("data"));
  CHECK(set.workloads[0].volume_claim_templates[0].name_space == Name("shop"));
  CHECK(set.workloads[0].volume_claim_templates[0].size == Bytes{64LL << 30});
  CHECK(set.workloads[0].pod.volume_claims == std::vector<Name>{Name("data")});
}

TEST_CASE("Scheduling gates of a pod template are read") {
  const ManifestSet set = read(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: shop}\nspec:\n  selector: {matchLabels: {app: api}}\n  template:\n"
      "    metadata: {labels: {app: api}}\n    spec: {schedulingGates: [{name: example.com/quota}], containers: [{name: api, image: api:1}]}\n");
  CHECK(set.workloads.at(0).pod.scheduling_gates == std::vector<Name>{Name("example.com/quota")});
}
