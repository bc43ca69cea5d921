#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"

namespace akstwin {

std::string_view to_string(ScaleUpResult result) {
  switch (result) {
    case ScaleUpResult::NotTried: return "NotTried";
    case ScaleUpResult::NotNeeded: return "NotNeeded";
    case ScaleUpResult::NoOptionsAvailable: return "NoOptionsAvailable";
    case ScaleUpResult::InCooldown: return "InCooldown";
    case ScaleUpResult::Successful: return "Successful";
    case ScaleUpResult::Error: return "Error";
  }
  return "";
}

std::string_view to_string(ScaleDownResult result) {
  switch (result) {
    case ScaleDownResult::NotTried: return "NotTried";
    case ScaleDownResult::InCooldown: return "InCooldown";
    case ScaleDownResult::NoNodeDeleted: return "NoNodeDeleted";
    case ScaleDownResult::NodeDeleteStarted: return "NodeDeleteStarted";
    case ScaleDownResult::Error: return "Error";
  }
  return "";
}

std::string_view to_string(UnremovableReason reason) {
  switch (reason) {
    case UnremovableReason::None: return "NoReason";
    case UnremovableReason::ScaleDownDisabledAnnotation: return "ScaleDownDisabledAnnotation";
    case UnremovableReason::ScaleDownUnreadyDisabled: return "ScaleDownUnreadyDisabled";
    case UnremovableReason::NotAutoscaled: return "NotAutoscaled";
    case UnremovableReason::NotUnneededLongEnough: return "NotUnneededLongEnough";
    case UnremovableReason::NotUnreadyLongEnough: return "NotUnreadyLongEnough";
    case UnremovableReason::NodeGroupMinSizeReached: return "NodeGroupMinSizeReached";
    case UnremovableReason::MinimalResourceLimitExceeded: return "MinimalResourceLimitExceeded";
    case UnremovableReason::CurrentlyBeingDeleted: return "CurrentlyBeingDeleted";
    case UnremovableReason::NotUnderutilized: return "NotUnderutilized";
    case UnremovableReason::NotUnneededOtherReason: return "NotUnneededOtherReason";
    case UnremovableReason::RecentlyUnremovable: return "RecentlyUnremovable";
    case UnremovableReason::NoPlaceToMovePods: return "NoPlaceToMovePods";
    case UnremovableReason::BlockedByPod: return "BlockedByPod";
    case UnremovableReason::UnexpectedError: return "UnexpectedError";
  }
  return "";
}

std::string_view to_string(BlockingReason reason) {
  switch (reason) {
    case BlockingReason::None: return "NoReason";
    case BlockingReason::ControllerNotFound: return "ControllerNotFound";
    case BlockingReason::MinReplicasReached: return "MinReplicasReached";
    case BlockingReason::NotReplicated: return "NotReplicated";
    case BlockingReason::LocalStorageRequested: return "LocalStorageRequested";
    case BlockingReason::NotSafeToEvictAnnotation: return "NotSafeToEvictAnnotation";
    case BlockingReason::UnmovableKubeSystemPod: return "UnmovableKubeSystemPod";
    case BlockingReason::NotEnoughPdb: return "NotEnoughPdb";
  }
  return "";
}

std::string_view to_string(SkippedReason reason) {
  switch (reason) {
    case SkippedReason::None: return "";
    case SkippedReason::NotReady: return "not ready for scale-up";
    case SkippedReason::Backoff: return "in backoff after failed scale-up";
    case SkippedReason::MaxLimitReached: return "max node group size reached";
    case SkippedReason::MaxCoresReached: return "max cluster cpu limit reached";
    case SkippedReason::MaxMemoryReached: return "max cluster memory limit reached";
    case SkippedReason::MaxCoresAndMemoryReached: return "max cluster cpu, memory limit reached";
  }
  return "";
}

}  // namespace akstwin
