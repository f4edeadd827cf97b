import java.io.File;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.JSON;
import org.openapitools.client.api.InferenceApi;
import org.openapitools.client.api.InferenceApi.APIclassifyImageRequest;
import org.openapitools.client.model.InferResponse;
import org.openapitools.client.model.Problem;

/** Has a picture classified, and reads why something else is refused. */
public final class Call {
  public static void main(String[] args) throws Exception {
    InferenceApi api = new InferenceApi(new ApiClient().setBasePath(args[0]));

    InferResponse answer = request(api, args[1]).execute();
    System.out.println(answer.getPredictions().get(0).getLabel() + " " + answer.getTiming().getSource());
    try {
      request(api, args[2]).execute();
    } catch (ApiException refused) {
      Problem problem = JSON.getGson().fromJson(refused.getResponseBody(), Problem.class);
      System.out.println(problem.getStatus() + " " + problem.getType());
    }
  }

  private static APIclassifyImageRequest request(InferenceApi api, String path) {
    return api.classifyImage(new File(path))
        .mdiSlaMs(20_000.0)
        .mdiUploadStart(System.currentTimeMillis());
  }
}
