import java.io.File;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.InferenceApi;
import org.openapitools.client.api.InferenceApi.APIClassifyImageRequest;
import org.openapitools.client.model.Problem;

/** Has a picture classified, and reads why something else is refused. */
public final class Call {
  public static void main(String[] args) throws Exception {
    ApiClient client = new ApiClient();
    client.updateBaseUri(args[0]);
    InferenceApi api = new InferenceApi(client);

    var answer = api.classifyImage(request(args[1]));
    System.out.println(answer.getPredictions().get(0).getLabel() + " " + answer.getTiming().getSource());
    try {
      api.classifyImage(request(args[2]));
    } catch (ApiException refused) {
      var problem = client.getObjectMapper().readValue(refused.getResponseBody(), Problem.class);
      System.out.println(problem.getStatus() + " " + problem.getType());
    }
  }

  private static APIClassifyImageRequest request(String path) {
    return APIClassifyImageRequest.newBuilder()
        .body(new File(path))
        .mdiSlaMs(20_000.0)
        .mdiUploadStart(System.currentTimeMillis())
        .build();
  }
}
